// Kin loads a description with kin-openapi and, if there is a file of exchanges,
// decodes and validates their responses, as a process to compare plumb with.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

func main() {
	description, err := openapi3.NewLoader().LoadFromFile(os.Args[1])
	if err == nil && len(os.Args) > 2 {
		err = validate(description, os.Args[2])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// exchange is one of a published example, which names its operation, so that no
// router is needed.
type exchange struct {
	Request  struct{ Method, URL string }
	Response struct {
		Status  int
		Headers map[string]string
		Body    json.RawMessage
	}
	X struct{ Path string }
}

func validate(description *openapi3.T, file string) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		var e exchange
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return err
		}
		request, err := http.NewRequest(e.Request.Method, e.Request.URL, nil)
		if err != nil {
			return err
		}
		item := description.Paths.Find(e.X.Path)
		if item == nil || item.GetOperation(e.Request.Method) == nil {
			continue
		}
		header := http.Header{}
		for name, value := range e.Response.Headers {
			header.Set(name, value)
		}
		input := &openapi3filter.ResponseValidationInput{
			RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, Route: &routers.Route{
				Spec: description, Path: e.X.Path, PathItem: item, Method: e.Request.Method, Operation: item.GetOperation(e.Request.Method),
			}},
			Status: e.Response.Status, Header: header, Body: io.NopCloser(bytes.NewReader(e.Response.Body)),
		}
		// Examples that do not match their description are none of its faults.
		_ = openapi3filter.ValidateResponse(context.Background(), input)
	}
	return lines.Err()
}
