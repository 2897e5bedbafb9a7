// Decode decodes a file as a process to compare plumb with: all JSON texts of a
// file into any, or a cassette of go-vcr into its own structs.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"time"

	"go.yaml.in/yaml/v3"
)

func main() {
	decode := map[string]func(io.Reader) error{"json": decodeJSON, "yaml": decodeYAML}[os.Args[1]]
	f, err := os.Open(os.Args[2])
	if err == nil {
		err = decode(bufio.NewReaderSize(f, 1<<20))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func decodeJSON(r io.Reader) error {
	for dec := json.NewDecoder(r); ; {
		var value any
		if err := dec.Decode(&value); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func decodeYAML(r io.Reader) error {
	var c cassette
	return yaml.NewDecoder(r).Decode(&c)
}

// cassette has the members of that of go-vcr.
type cassette struct {
	Version      int           `yaml:"version"`
	Interactions []interaction `yaml:"interactions"`
}

type interaction struct {
	ID       int      `yaml:"id"`
	Request  request  `yaml:"request"`
	Response response `yaml:"response"`
}

type message struct {
	Proto            string      `yaml:"proto"`
	ProtoMajor       int         `yaml:"proto_major"`
	ProtoMinor       int         `yaml:"proto_minor"`
	ContentLength    int64       `yaml:"content_length"`
	TransferEncoding []string    `yaml:"transfer_encoding"`
	Trailer          http.Header `yaml:"trailer"`
	Body             string      `yaml:"body"`
	Headers          http.Header `yaml:"headers"`
}

type request struct {
	message    `yaml:",inline"`
	Host       string     `yaml:"host"`
	RemoteAddr string     `yaml:"remote_addr"`
	RequestURI string     `yaml:"request_uri"`
	Form       url.Values `yaml:"form"`
	URL        string     `yaml:"url"`
	Method     string     `yaml:"method"`
}

type response struct {
	message      `yaml:",inline"`
	Uncompressed bool          `yaml:"uncompressed"`
	Status       string        `yaml:"status"`
	Code         int           `yaml:"code"`
	Duration     time.Duration `yaml:"duration"`
}
