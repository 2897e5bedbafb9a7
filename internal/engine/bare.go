package engine

// isConstant reports whether a member of that name identifies bodies of some schema. A
// bare body can be of any schema that has a name.
func (v *Validator) isConstant(name string, bare bool) bool {
	return v.constantNames()[name] || bare && namesOfConstants(v.named())[name]
}

// namesOfConstants returns the names of the members that identify bodies of the schemas.
func namesOfConstants(schemas []*bodySchema) map[string]bool {
	names := map[string]bool{}
	for _, s := range schemas {
		for _, c := range s.constants {
			names[c.name] = true
		}
	}
	return names
}
