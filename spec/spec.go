// Package spec loads an OpenAPI description and finds in it the operation and
// the response that an exchange belongs to.
package spec

import (
	"strconv"
	"sync"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/ecmaregexp"
)

// Warning is one part of a description that cannot be used, or that surely
// means something else than it says.
type Warning struct {
	Place   plumb.Source
	Message string // what is wrong, and what to do
}

func (w Warning) String() string {
	return errorAt(w.Place.Path(), w.Place.Line, w.Place.Column, w.Message).Error()
}

// Description is an OpenAPI description with the files it refers to. It is
// safe for concurrent use.
type Description struct {
	Title    string
	Version  string // of the API, info.version
	OpenAPI  string // the version of OpenAPI it is written in, such as "3.1.0"
	Digest   string // "sha256:..." over the files it was read from
	File     string // its main file, as places name it
	Overlays []string

	// Warnings are what of the description, or of its overlays, is not as its
	// authors meant it, in the order of the files. The rest of it is used.
	Warnings []Warning

	// Embedded tells that all of it is part of this program, whose tests hold
	// it to what is asked of extensions.
	Embedded bool

	// Extended tells that schemas or responses of it have x-lifecycle or x-rules.
	Extended bool

	// Partial says that the servers of the description have other paths, too,
	// which it leaves alone (x-partial).
	Partial bool

	PathsPlace plumb.Source // of the paths

	Operations []*Operation // in the order of the file
	Schemas    []Schema     // components/schemas, in the order of the file

	hasNullable bool // schemas of OpenAPI 3.1 have the word of 3.0

	patterns  map[string]*ecmaregexp.Regexp // of the schemas, by their text
	dynamic   map[string][]*node            // schemas by their $dynamicAnchor
	main      *file
	files     map[string]*file
	templates []*template // the most concrete first
	servers   []server    // all that are described anywhere

	parametersOnce sync.Once
	parameters     map[string]bool // that are declared

	targetsOnce sync.Once
	targets     map[*node]string // how overlays reach them
}

// Schema is a named schema of the description.
type Schema struct {
	Name  string
	Place plumb.Source // where the schema is written
}

// Operation is one method of one path.
type Operation struct {
	ID        string // operationId, or "METHOD /path" where there is none
	Method    string // in upper case
	Path      string // the template, as written
	Place     plumb.Source
	Responses []*Response // by status: exact ones, then ranges, then default
}

// Response is what the description says of one status of an operation.
type Response struct {
	Status string // "200", "4XX" or "default"

	// Unusable tells that what describes the response cannot be found: nothing
	// is known of it.
	Unusable bool
	Place    plumb.Source
	Media    []*Media // in the order of the file; none: no body is described
}

// Media is one media type of a response.
type Media struct {
	Type      string // as written: "application/json", "text/*"
	Place     plumb.Source
	HasSchema bool
	Schema    plumb.Source // where its schema is written, through any $ref to the response
}

// Response returns what is described for a status: the exact status, else its
// range, else default, else nil.
func (o *Operation) Response(status int) *Response {
	exact := strconv.Itoa(status)
	for _, r := range o.Responses { // exact ones come first, default last
		if r.Status == exact || r.Status == exact[:1]+"XX" && len(exact) == 3 || r.Status == "default" {
			return r
		}
	}
	return nil
}
