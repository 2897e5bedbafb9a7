package drift

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/spec"
)

const observedResponse = "Observed, and not described before."

// addStatus describes the response of a status. at is the place of the
// operation.
func (a *amender) addStatus(i *Item, at plumb.Source) bool {
	for _, s := range a.statuses {
		if s.Operation == i.Operation && s.Status == i.Status {
			return a.act(at, i.evidence(), false, mapping("responses", mapping(strconv.Itoa(i.Status), a.response(s))))
		}
	}
	return false
}

// methods are the methods that a path can have.
var methods = []string{"get", "put", "post", "delete", "options", "head", "patch", "trace"}

// addOperation describes a method with the statuses that were seen. at is the
// place of the path.
func (a *amender) addOperation(i *Item, at plumb.Source) bool {
	method, _, _ := strings.Cut(i.Operation, " ")
	method = strings.ToLower(method)
	if !slices.Contains(methods, method) {
		return false
	}
	for k := range a.actions { // another status of the same operation has been added already
		if other := &a.actions[k]; other.target == a.desc.Target(at) && get(other.update, method) != nil {
			other.evidence = append(other.evidence, i.evidence()...)
			return true
		}
	}
	responses := mapping()
	for _, s := range a.statuses {
		if s.Operation == i.Operation && s.Status != 0 {
			responses.Content = append(responses.Content, str(strconv.Itoa(s.Status)), a.response(s))
		}
	}
	return len(responses.Content) > 0 && a.act(at, i.evidence(), false, mapping(method, mapping("responses", responses)))
}

// response describes what was observed of a status.
func (a *amender) response(s *outcome.ObservedStatus) *yaml.Node {
	r := mapping("description", str(observedResponse))
	var bodies []*outcome.Observed
	for _, p := range a.places {
		if p.Operation == s.Operation && p.Status == s.Status && p.Schema == "" && p.Pointer == "" {
			bodies = append(bodies, p)
		}
	}
	content := mapping()
	for _, mediaType := range mediaTypes(s) {
		media := mapping()
		if len(bodies) > 0 && isJSON(mediaType) {
			media = mapping("schema", a.inferred(bodies, strings.HasPrefix(a.desc.OpenAPI, "3.0")))
		}
		content.Content = append(content.Content, str(mediaType), media)
	}
	if len(content.Content) > 0 {
		r.Content = append(r.Content, scalar("content"), content)
	}
	return r
}

func mediaTypes(s *outcome.ObservedStatus) []string {
	var all []string
	for mediaType := range s.Media {
		all = append(all, mediaType)
	}
	slices.Sort(all)
	return all
}

func isJSON(mediaType string) bool {
	return mediaType == "application/json" || mediaType == "text/json" || strings.HasSuffix(mediaType, "+json")
}

// addMediaTypes describes the JSON media types that the response lacks; their
// bodies are checked against the schema that it has. Other media types are
// mostly those of error pages of a proxy, which are not responses of the API.
func (a *amender) addMediaTypes(i *Item, at plumb.Source) bool {
	k := slices.IndexFunc(a.desc.Operations, func(o *spec.Operation) bool { return o.ID == i.Operation })
	if k < 0 {
		return false
	}
	described := a.desc.Operations[k].Response(i.Status)
	if described == nil {
		return false
	}
	schema := mapping()
	for _, m := range described.Media {
		if written := a.written(below(m.Place, "schema")); written != nil && isJSON(m.Type) {
			schema = mapping("schema", written)
		}
	}
	content := mapping()
	all := true
	for _, s := range a.statuses {
		if s.Operation != i.Operation || s.Status != i.Status {
			continue
		}
		for _, mediaType := range mediaTypes(s) {
			switch {
			case described.MediaFor(mediaType) != nil:
			case isJSON(mediaType):
				content.Content = append(content.Content, str(mediaType), schema)
			default:
				all = false
			}
		}
	}
	if len(content.Content) > 0 && !a.act(at, i.evidence(), false, mapping("content", content)) {
		return false
	}
	return all
}

// inferred returns a schema of what was at places: its types, and the schemas
// of its members and elements. It claims nothing else: neither which members
// are required nor which values are allowed.
func (a *amender) inferred(places []*outcome.Observed, nullable bool) *yaml.Node {
	return a.schemaOf(typesOf(places), places, nullable)
}

// schemaOf returns a schema of types, as [typesIn] returns them, with what is
// known of the members and elements at places. Nullable reports whether it is a
// schema of OpenAPI 3.0.
func (a *amender) schemaOf(types []string, places []*outcome.Observed, nullable bool) *yaml.Node {
	schema := typed(types, nullable)
	types = slices.DeleteFunc(types, func(t string) bool { return t == "null" })
	if slices.Contains(types, "object") && !(nullable && len(types) > 1) {
		if members := a.members(places, nullable); len(members.Content) > 0 {
			schema.Content = append(schema.Content, scalar("properties"), members)
		}
	}
	if slices.Contains(types, "array") && !(nullable && len(types) > 1) {
		items := a.children(places, func(token string) bool { return token == "*" })["*"]
		if len(items) > 0 || nullable {
			schema.Content = append(schema.Content, scalar("items"), a.inferred(items, nullable))
		}
	}
	return schema
}

// members returns the schemas of an object's members, or nil if they are not a
// fixed set.
func (a *amender) members(places []*outcome.Observed, nullable bool) *yaml.Node {
	members := mapping()
	if slices.ContainsFunc(places, func(p *outcome.Observed) bool { return p.ManyMembers }) {
		return members
	}
	children := a.children(places, func(token string) bool { return token != "*" })
	var names []string
	for name := range children {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		members.Content = append(members.Content, str(name), a.inferred(children[name], nullable))
	}
	return members
}

// children returns the places directly below others, by their last token.
func (a *amender) children(places []*outcome.Observed, wanted func(token string) bool) map[string][]*outcome.Observed {
	children := map[string][]*outcome.Observed{}
	for _, parent := range places {
		for _, p := range a.places {
			rest, below := strings.CutPrefix(p.Pointer, parent.Pointer+"/")
			if below && !strings.Contains(rest, "/") && p.Operation == parent.Operation && p.Status == parent.Status && p.Schema == parent.Schema {
				if token := jsonvalue.SplitPointer("/" + rest)[0]; wanted(token) {
					children[token] = append(children[token], p)
				}
			}
		}
	}
	return children
}

// typesOf returns the types that were seen at places.
func typesOf(places []*outcome.Observed) []string {
	var seen []string
	for _, p := range places {
		seen = slices.AppendSeq(seen, maps.Keys(p.Types))
	}
	return typesIn(seen)
}

// typesIn returns the types in a list, each once and always in the same order,
// without integer if there is number.
func typesIn(seen []string) []string {
	var types []string
	for _, t := range []string{"boolean", "integer", "number", "string", "array", "object", "null"} {
		if slices.Contains(seen, t) && !(t == "integer" && slices.Contains(seen, "number")) {
			types = append(types, t)
		}
	}
	return types
}

// typed returns a schema that allows types, as [typesIn] returns them, and nothing
// else.
func typed(types []string, nullable bool) *yaml.Node {
	if len(types) == 0 {
		return mapping()
	}
	if !nullable {
		return mapping("type", typeNode(types))
	}
	var alternatives []*yaml.Node
	schema := mapping()
	for _, t := range types {
		if t != "null" {
			alternatives = append(alternatives, typed30(t))
			schema = mapping("type", str(t))
		}
	}
	if len(alternatives) > 1 {
		schema = mapping("anyOf", sequence(alternatives...))
	}
	if slices.Contains(types, "null") {
		schema.Content = append(schema.Content, scalar("nullable"), scalar("true"))
	}
	return schema
}
