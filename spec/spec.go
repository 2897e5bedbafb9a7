// Package spec loads an OpenAPI description, and finds the operation and the
// response in it that an exchange belongs to.
package spec

import (
	"strconv"
	"sync"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/ecmaregexp"
)

// Warning is about a part of a description that cannot be used, or that
// certainly does not mean what it says.
type Warning struct {
	Place   plumb.Source
	Message string // what is wrong, and what to do
}

func (w Warning) String() string {
	return errorAt(w.Place.Path(), w.Place.Line, w.Place.Column, w.Message).Error()
}

// Description is an OpenAPI description with the files that it refers to. It is
// safe for concurrent use.
type Description struct {
	Title    string
	Version  string // of the API, info.version
	OpenAPI  string // the version of OpenAPI it is written in, such as "3.1.0"
	Digest   string // "sha256:...", of the files that it was read from
	File     string // its main file, as in places
	Folder   string // that the files of places are in, as the user named it; empty for what is built in
	Overlays []string
	Sources  []string // the files of the operating system that it was read from

	// Warnings are about the parts of the description and its overlays that
	// cannot be used as they are written, in the order of the files. The rest
	// is used.
	Warnings []Warning

	// Embedded reports whether all of it is part of this program, whose tests
	// check its extensions.
	Embedded bool

	// Extended reports whether schemas or responses of it have x-lifecycle or
	// x-rules.
	Extended bool

	// Partial reports whether the servers of the description have further
	// paths, which it does not describe (x-partial).
	Partial bool

	PathsPlace plumb.Source // of the paths

	Operations []*Operation // in the order of the file
	Schemas    []Schema     // components/schemas, in the order of the file

	hasNullable bool // whether schemas of OpenAPI 3.1 have the keyword nullable of 3.0

	patterns  map[string]*ecmaregexp.Regexp // of the schemas, by their source
	dynamic   map[string][]*node            // schemas by their $dynamicAnchor
	main      *file
	files     map[string]*file
	templates []*template // the most specific first
	servers   []server    // all that are named anywhere

	parametersOnce sync.Once
	parameters     map[string]bool // that are declared

	targetsOnce sync.Once
	targets     map[*node]string // JSONPaths by which overlays select nodes
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

	// Unusable reports whether the description of the response cannot be found,
	// so that nothing is known about it.
	Unusable bool
	Place    plumb.Source
	Media    []*Media // in the order of the file; empty if no body is described
}

// Media is one media type of a response.
type Media struct {
	Type      string // as written: "application/json", "text/*"
	Place     plumb.Source
	HasSchema bool
	Schema    plumb.Source // where its schema is written, following $refs of the response
}

// Response returns the response that is described for a status: that of the
// exact status, else of its range, else the default, else nil.
func (o *Operation) Response(status int) *Response {
	exact := strconv.Itoa(status)
	for _, r := range o.Responses { // exact ones come first, default last
		if r.Status == exact || r.Status == exact[:1]+"XX" && len(exact) == 3 || r.Status == "default" {
			return r
		}
	}
	return nil
}
