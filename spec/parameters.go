package spec

import "strings"

// Declares reports whether an operation, or a path, declares a parameter of
// that name in that place ("header" or "query"), which is not where the API
// takes a credential. Names of headers are equal in any case.
func (d *Description) Declares(in, name string) bool {
	d.parametersOnce.Do(func() { d.parameters = d.declaredParameters() })
	return d.parameters[parameter(in, name)]
}

func parameter(in, name string) string {
	if in == "header" {
		name = strings.ToLower(name)
	}
	return in + " " + name
}

func (d *Description) declaredParameters() map[string]bool {
	declared := map[string]bool{}
	add := func(n *node) {
		if n == nil || n.get("parameters") == nil {
			return
		}
		for _, p := range n.get("parameters").items {
			if p = settle(p); p != nil {
				declared[parameter(textOf(p.get("in")), textOf(p.get("name")))] = true
			}
		}
	}
	root := d.main.root
	if paths := root.get("paths"); paths != nil {
		for _, m := range paths.members {
			for _, item := range pathItems(m.value) {
				add(item)
			}
			for _, o := range operationsOf(m.value) {
				add(settle(o.value))
			}
		}
	}
	if components := root.get("components"); components != nil {
		if schemes := components.get("securitySchemes"); schemes != nil {
			for _, m := range schemes.members {
				if s := settle(m.value); s != nil && textOf(s.get("type")) == "apiKey" {
					delete(declared, parameter(textOf(s.get("in")), textOf(s.get("name"))))
				}
			}
		}
	}
	return declared
}
