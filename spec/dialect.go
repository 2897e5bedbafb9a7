package spec

import "strings"

// dialect is the language of a schema.
type dialect int

const (
	openAPI30 dialect = iota
	openAPI31         // JSON Schema 2020-12; the words of OpenAPI 3.0 are understood too
	draft2020
	draft2019
	draft7
	draft6
	draft4
)

// dialectOf is the dialect of the schemas of a version of OpenAPI.
func dialectOf(version string) dialect {
	if strings.HasPrefix(version, "3.0") {
		return openAPI30
	}
	return openAPI31
}

// dialectNamed returns the dialect that a $schema or a jsonSchemaDialect names.
func dialectNamed(uri string) (d dialect, known bool) {
	_, name, _ := strings.Cut(strings.TrimSuffix(uri, "#"), "://")
	switch name {
	case "json-schema.org/draft/2020-12/schema":
		return draft2020, true
	case "json-schema.org/draft/2019-09/schema":
		return draft2019, true
	case "json-schema.org/draft-07/schema":
		return draft7, true
	case "json-schema.org/draft-06/schema":
		return draft6, true
	case "json-schema.org/draft-04/schema":
		return draft4, true
	}
	if strings.HasPrefix(name, "spec.openapis.org/oas/3.") && strings.Contains(name, "/dialect/") {
		return openAPI31, true
	}
	return openAPI31, false
}

// uri is the $schema of a dialect; empty where that is JSON Schema 2020-12, or
// is translated to it.
func (d dialect) uri() string {
	switch d {
	case draft2019:
		return "https://json-schema.org/draft/2019-09/schema"
	case draft7:
		return "http://json-schema.org/draft-07/schema#"
	case draft6:
		return "http://json-schema.org/draft-06/schema#"
	case draft4:
		return "http://json-schema.org/draft-04/schema#"
	}
	return ""
}

// older reports whether a dialect is one before JSON Schema 2020-12, whose
// items can be an array.
func (d dialect) older() bool { return d >= draft2019 }

// refAlone reports whether nothing that is beside a $ref counts.
func (d dialect) refAlone() bool { return d == openAPI30 || d >= draft7 }

// id is the keyword by which a schema says who it is.
func (d dialect) id() string {
	if d == draft4 {
		return "id"
	}
	return "$id"
}
