package spec

import "strings"

// dialect is the version of the language in which a schema is written.
type dialect int

const (
	openAPI30 dialect = iota
	openAPI31         // JSON Schema 2020-12; the keywords of OpenAPI 3.0 are understood, too
	draft2020
	draft2019
	draft7
	draft6
	draft4
)

// dialectOf returns the dialect of the schemas of a version of OpenAPI.
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

// uri returns the $schema of a dialect, or "" if the dialect is JSON Schema
// 2020-12, or is translated to it.
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

// older reports whether a dialect is older than JSON Schema 2020-12, so that
// its items can be an array.
func (d dialect) older() bool { return d >= draft2019 }

// refAlone reports whether everything beside a $ref is ignored.
func (d dialect) refAlone() bool { return d == openAPI30 || d >= draft7 }

// id returns the keyword by which a schema identifies itself.
func (d dialect) id() string {
	if d == draft4 {
		return "id"
	}
	return "$id"
}
