package specdiff

import "github.com/getkin/kin-openapi/openapi3"

// endArrays cuts arrays that contain themselves through items alone: oasdiff
// names the type of an array by the type of its elements, and would never end.
// Beyond the cut the elements are as described, but have no items. It must only
// run after the descriptions were compared, since the cut types serve only to
// make names.
func endArrays(doc *openapi3.T) error {
	walks, seenIn := 0, map[*openapi3.Schema]int{}
	return doc.WalkSchemas(func(_ string, from *openapi3.SchemaRef) error {
		walks++
		s := from.Value
		for seenIn[s] == 0 {
			seenIn[s] = walks
			if s.Items == nil || s.Items.Value == nil {
				return nil
			}
			if seenIn[s.Items.Value] == walks {
				last := *s.Items.Value
				last.Items = nil
				s.Items = &openapi3.SchemaRef{Ref: s.Items.Ref, Value: &last}
				return nil
			}
			s = s.Items.Value
		}
		return nil
	})
}
