package spec

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// overlaidDocument returns a description, as JSON, to which an overlay with
// these actions has been applied.
func overlaidDocument(t require.TestingT, version, description, actions string) (string, []Warning, error) {
	fsys := fstest.MapFS{"a.yaml": {Data: []byte(description)}, "money.yaml": {Data: []byte("$id: https://example.com/money\n$defs: {unit: {type: string}}\nproperties: {unit: {$ref: '#/$defs/unit'}}\n")}}
	o := Overlay{Name: "o.yaml", Data: []byte("overlay: " + version + "\ninfo: {title: x, version: '1'}\nactions:\n" + actions)}
	d, err := (&loader{fsys: fsys, root: ".", overlays: []Overlay{o}}).document("a.yaml")
	if err != nil {
		return "", nil, err
	}
	return string(d.root.appendWritten(nil)), d.Warnings, nil
}

func TestOverlayActions(t *testing.T) {
	const head = "openapi: 3.1.0\n"
	for name, tt := range map[string]struct{ description, actions, want, warning string }{
		"no paths": {"info: {title: a}", "- {target: $, update: {paths: {/a: {}}}}",
			`{"openapi":"3.1.0","info":{"title":"a"},"paths":{"/a":{}}}`, ""},
		"a scalar is replaced": {"info: {title: a}", "- {target: $.info.title, update: b}",
			`{"openapi":"3.1.0","info":{"title":"b"}}`, ""},
		"a scalar item is replaced": {"tags: [a, b]", "- {target: '$.tags[1]', update: c}",
			`{"openapi":"3.1.0","tags":["a","c"]}`, ""},
		"a list is concatenated": {"tags: [a]", "- {target: $.tags, update: [a, b]}\n- {target: $, update: {tags: [c]}}",
			`{"openapi":"3.1.0","tags":["a","a","b","c"]}`, ""},
		"nothing to do": {"info: {title: a}", "- target: $",
			`{"openapi":"3.1.0","info":{"title":"a"}}`, "o.yaml:4:3: the action changes nothing; give it an update, a copy or remove: true, or remove it"},
		"nothing matches": {"info: {title: a}", "- {target: $.servers, update: [{}]}",
			`{"openapi":"3.1.0","info":{"title":"a"}}`, "o.yaml:4:4: the target $.servers matches nothing; correct it, or remove the action"},
		"what was removed is gone": {"info: {title: a}\nservers: []", "- {target: $.servers, remove: true}\n- {target: $.servers, update: {}}",
			`{"openapi":"3.1.0","info":{"title":"a"}}`, "o.yaml:5:4: the target $.servers matches nothing; correct it, or remove the action"},
		"null leaves an object as it is": {"info: {title: a}", "- {target: $, update: {info: null, tags: null}}",
			`{"openapi":"3.1.0","info":{"title":"a"},"tags":null}`, "o.yaml:4:4: /info is null, and leaves the object that is there as it is; to remove it, target it with remove: true"},
		"remove wins over update and copy": {"info: {title: a}\ntags: []", "- {target: $.tags, remove: true, update: a, copy: $.info}",
			`{"openapi":"3.1.0","info":{"title":"a"}}`, ""},
		"update and copy": {"info: {title: a}", "- {target: $.info, update: {title: b}, copy: $.info}",
			`{"openapi":"3.1.0","info":{"title":"a"}}`, "o.yaml:4:4: the action has both an update and a copy, and so neither has an effect; remove one"},
		"copy": {"paths: {/a: {get: {summary: a}}, /b: {summary: b}}", "- {target: \"$.paths['/b']\", copy: \"$.paths['/a']\"}\n- {target: \"$.paths['/b'].get\", update: {summary: c}}",
			`{"openapi":"3.1.0","paths":{"/a":{"get":{"summary":"a"}},"/b":{"summary":"b","get":{"summary":"c"}}}}`, ""},
		"copy into itself": {"info: {title: a}", "- {target: $.info, copy: $}",
			`{"openapi":"3.1.0","info":{"title":"a","openapi":"3.1.0","info":{"title":"a"}}}`, ""},
		"copy of nothing": {"info: {title: a}", "- {target: $.info, copy: $.x}",
			`{"openapi":"3.1.0","info":{"title":"a"}}`, "o.yaml:4:4: the copy $.x matches nothing; correct it, or remove the action"},
		"names with a hyphen": {"paths: {/a: {get: {x: {x-oai-traits: {paged: true}}, y-z: {}}}}", "- {target: '$.paths.*.get[?@.x-oai-traits.paged]', update: {a: 1}}\n- {target: $..y-z, update: {b: '$.a-b'}}",
			`{"openapi":"3.1.0","paths":{"/a":{"get":{"x":{"x-oai-traits":{"paged":true},"a":1},"y-z":{"b":"$.a-b"}}}}}`, ""},
		"sets of schemas": {"components: {schemas: {A: {type: object, required: [a], enum: [{a: 1, b: 2}], properties: {required: {type: [string, 'null']}}, example: {required: [a]}}}}\nx-other: {required: [a]}",
			"- target: $\n  update:\n    components: {schemas: {A: {type: [object, 'null'], required: [b, a], enum: [{b: 2, a: 1}, 'null'], properties: {required: {type: ['null', integer]}}, example: {required: [a]}}}}\n    x-other: {required: [a]}\n- {target: $.components.schemas.A.required, update: b}",
			`{"openapi":"3.1.0","components":{"schemas":{"A":{"type":["object","null"],"required":["a","b"],"enum":[{"a":1,"b":2},"null"],"properties":{"required":{"type":["string","null","integer"]}},"example":{"required":["a","a"]}}}},"x-other":{"required":["a","a"]}}`, ""},
		"a type that is there already remains as it is written": {"components: {schemas: {A: {type: object}}}", "- {target: $.components.schemas.A, update: {type: [object]}}",
			`{"openapi":"3.1.0","components":{"schemas":{"A":{"type":"object"}}}}`, ""},
		"through a $ref to another file": {"components: {schemas: {A: {$ref: money.yaml}, B: {$ref: money.yaml}}}", "- {target: $, update: {components: {schemas: {A: {properties: {unit: {minLength: 1}, b: {}}}}}}}",
			`{"openapi":"3.1.0","components":{"schemas":{"A":{"$defs":{"unit":{"type":"string"}},"properties":{"unit":{"$ref":"#/components/schemas/A/$defs/unit","minLength":1},"b":{}}},"B":{"$ref":"#/components/schemas/A"}}}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got, warnings, err := overlaidDocument(t, "1.1.0", head+tt.description, tt.actions)
			require.NoError(t, err)
			assert.Equal(t, tt.want, got)
			if tt.warning == "" {
				assert.Empty(t, warnings)
			} else if assert.Len(t, warnings, 1) {
				assert.Equal(t, tt.warning, warnings[0].String())
			}
		})
	}
}

func TestOverlayRefuses(t *testing.T) {
	const description = "openapi: 3.1.0\ninfo: {title: a}\ntags: [a]\npaths: {}\n"
	for actions, want := range map[string]string{
		"- {target: $.info, update: a}":                           "o.yaml:4:4: the target $.info: an object cannot be updated with a string",
		"- {target: $.info.title, update: {a: 1}}":                "o.yaml:4:4: the target $.info.title: a string cannot be updated with an object",
		"- {target: $, update: {tags: {a: 1}}}":                   "o.yaml:4:4: the target $: /tags is an array, and the update has an object; remove what is there with an action before this one",
		"- {target: '$[\"info\", \"tags\"]', update: {a: 1}}":     `o.yaml:4:4: the target $["info", "tags"] selects objects and arrays; it must select values of one kind only`,
		"- {target: $.info, copy: '$.*'}":                         "o.yaml:4:4: the copy $.* selects 4 values; it must select one",
		"- {target: $, remove: true}":                             "o.yaml:4:4: the target $ is the whole description, which cannot be removed",
		"- {target: $.info, copy: info}":                          "o.yaml:4:20: the copy info is not a JSONPath",
		"- {target: info, remove: true}":                          `o.yaml:4:4: "target" is "info"; it must be a JSONPath, which begins with $`,
		"- {target: $.info, remove: 1}":                           `o.yaml:4:20: "remove" must be true or false, not a number`,
		"- {target: 1}":                                           `o.yaml:4:4: "target" must be text, not a number; put it in quotes`,
		"- {target: $, description: 1}":                           `o.yaml:4:15: "description" must be text, not a number; put it in quotes`,
		"- {target: $}\n- {target: $}":                            "o.yaml:5:3: this is equal to item 1 of the list; remove one of them",
		"- " + "{target: '$" + strings.Repeat("[0]", 4000) + "'}": "is longer than 10000 bytes",
	} {
		_, _, err := overlaidDocument(t, "1.1.0", description, actions)
		assert.ErrorContains(t, err, want)
	}
	_, _, err := overlaidDocument(t, "1.0.0", description, "- {target: $.info, copy: $.info}")
	assert.ErrorContains(t, err, `o.yaml:4:20: an action (Overlay 1.0) has no member "copy"; it may have description, remove, target, update`)
	for actions, want := range map[string]string{
		"- {target: $.info.title, update: b}":       "o.yaml:4:4: the target $.info.title selects a string, which overlays of version 1.0 do not change by itself; target the object or array that contains it, or write overlay: 1.1.0",
		"- {target: $.info.title, remove: true}":    "",
		"- {target: '$.tags[0]', remove: true}":     "o.yaml:4:4: the target $.tags[0] selects a string",
		"- {target: '$..*', update: {x-a: 1}}":      "o.yaml:4:4: the target $..* selects a string",
		"- {target: $, update: {info: {title: b}}}": "",
		"- {target: $.tags, remove: true}":          "",
		"- {target: $.tags, update: b}":             "",
	} {
		if _, _, err := overlaidDocument(t, "1.0.0", description, actions); want == "" {
			assert.NoError(t, err, actions)
		} else {
			assert.ErrorContains(t, err, want)
		}
	}
	for _, version := range []string{"1.0", "1.2.0", "2", "1.1.x"} {
		_, _, err := overlaidDocument(t, version, description, "- target: $")
		assert.ErrorContains(t, err, "o.yaml:1:1: overlay version ")
	}
}

// Actions that copy what was copied before would soon exceed any memory.
func TestOverlayIsBounded(t *testing.T) {
	description := "openapi: 3.1.0\nbig: {a: [" + strings.Repeat("1,", 2000) + "1]}\ntags: [" + strings.Repeat("{},", 3000) + "{}]\n"
	_, _, err := overlaidDocument(t, "1.1.0", description, "- {target: '$.tags[*]', copy: $.big}\n")
	assert.ErrorContains(t, err, "o.yaml:4:4: the target $.tags[*] makes the description larger than 5000000 values")
}

// An overlay that is for another file, which is there, is probably applied by mistake.
func TestOverlayExtends(t *testing.T) {
	t.Chdir(t.TempDir())
	const description = "openapi: 3.1.0\ninfo: {title: a, version: '1'}\ncomponents: {schemas: {A: {type: object}}}\n"
	require.NoError(t, os.MkdirAll("api/overlays", 0o755))
	for _, name := range []string{"api/own.yaml", "api/other.yaml"} {
		require.NoError(t, os.WriteFile(name, []byte(description), 0o644))
	}
	absolute, err := filepath.Abs("api/other.yaml")
	require.NoError(t, err)
	const warning = "api/overlays/o.yaml:3:1: the overlay is for api/other.yaml, and is applied to api/own.yaml; correct extends, or use the overlay with its own description"
	for extends, want := range map[string]string{
		"../own.yaml":                          "",
		"../overlays/.././own.yaml":            "",
		"../other.yaml":                        warning,
		"../saved-elsewhere.yaml":              "",
		"https://api.example/api.yaml":         "",
		"file://" + filepath.ToSlash(absolute): strings.Replace(warning, "api/other.yaml", filepath.ToSlash(absolute), 1),
	} {
		text := "overlay: 1.0.0\ninfo: {title: o, version: '1'}\nextends: " + extends + "\nactions: [{target: $.info, update: {title: b}}]\n"
		d, err := LoadFile("api/own.yaml", "", Overlay{Name: "api/overlays/o.yaml", Data: []byte(text)})
		require.NoError(t, err)
		var warnings []string
		for _, w := range d.Warnings {
			warnings = append(warnings, w.String())
		}
		assert.Equal(t, want, strings.Join(warnings, "\n"), extends)
	}
}

// Without a description of its own, an overlay amends the built-in one, which it can
// name by the path that reports show, or by a copy.
func TestOverlayExtendsBuiltin(t *testing.T) {
	t.Chdir(t.TempDir())
	printed, err := BuiltinDocument()
	require.NoError(t, err)
	text, err := printed.YAML()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile("batch.yaml", text, 0o644))
	require.NoError(t, os.MkdirAll("own/spec", 0o755))
	require.NoError(t, os.WriteFile("own/spec/openapi.yaml", []byte("openapi: 3.1.0\ninfo: {title: Own, version: '1'}\npaths: {}\n"), 0o644))
	require.NoError(t, os.WriteFile("mine.yaml", []byte("openapi: 3.1.0\ninfo: {title: Mine, version: '1'}\npaths: {}\n"), 0o644))
	warning := func(of string) string {
		return "o.yaml:3:1: the overlay is for " + of + ", and is applied to the built-in description; name its description with --spec, or correct extends"
	}
	for extends, want := range map[string]string{
		"batch.yaml":        "",
		"./batch.yaml":      "",
		"spec/openapi.yaml": "",
		"https://host.example/plumbapi/plumb/main/spec/openapi.yaml": "",
		"https://host.example/api/spec/openapi.yaml":                 warning("https://host.example/api/spec/openapi.yaml"),
		"own/spec/openapi.yaml":                                      warning("own/spec/openapi.yaml"),
		"file:mine.yaml":                                             warning("mine.yaml"),
		"''":                                                         "",
		"mine.yaml":                                                  warning("mine.yaml"),
		"./api/gone.yaml":                                            warning("api/gone.yaml"),
		"https://api.example/api.yaml":                               warning("https://api.example/api.yaml"),
	} {
		overlay := "overlay: 1.0.0\ninfo: {title: o, version: '1'}\nextends: " + extends + "\nactions: [{target: $.info, update: {title: b}}]\n"
		d, err := Builtin(Overlay{Name: "o.yaml", Data: []byte(overlay)})
		require.NoError(t, err)
		var warnings []string
		for _, w := range d.Warnings {
			warnings = append(warnings, w.String())
		}
		assert.Equal(t, want, strings.Join(warnings, "\n"), extends)
	}
}

// The targets of a built-in overlay fit the built-in description. What they do not fit
// in another description is one warning.
func TestBuiltinOverlaysMatch(t *testing.T) {
	other := fstest.MapFS{"api.yaml": {Data: []byte("openapi: 3.1.0\ninfo: {title: a, version: '1'}\ncomponents: {schemas: {A: {type: object}}}\n")}}
	for _, name := range Overlays() {
		o, err := ReadOverlay(name)
		require.NoError(t, err)
		d, err := Builtin(Overlay{Name: "mine.yaml", Data: o.Data}) // users see each
		require.NoError(t, err)
		assert.Empty(t, d.Warnings, name)

		doc, err := o.parse()
		require.NoError(t, err)
		d, err = Load(other, "api.yaml", Options{Overlays: []Overlay{o}})
		require.NoError(t, err)
		require.Len(t, d.Warnings, 1, name)
		assert.Equal(t, fmt.Sprintf("spec/overlays/%[1]s.yaml: the overlay %[1]s is for the built-in description of the Batch API; %[2]d of its %[2]d targets match nothing in this one; leave the overlay out, or write one for this description",
			name, len(doc.actions)), d.Warnings[0].String())

		for _, second := range Overlays() {
			after, err := ReadOverlay(second)
			require.NoError(t, err)
			d, err := Builtin(o, after)
			require.NoError(t, err)
			assert.Empty(t, d.Warnings, "%s, then %s", name, second)
		}
	}
}
