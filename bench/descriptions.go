package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
)

// published is the folder of descriptions as their vendors publish them, with
// their examples. They are not part of the project.
const published = "../../shared/data/descriptions"

// descriptions measures what loading a description costs: of published ones,
// with the first example of each operation as input, compared with kin-openapi,
// which only loads them; and of generated ones, of a size and four times that
// size.
func descriptions(dir string, rounds int, only string, l *limits) error {
	kin := filepath.Join(dir, "kin")
	check := func(description, input string) []string {
		return []string{filepath.Join(dir, "plumb"), "check", "-q", "--config", "", "--fail-on", "never", "--allow-empty", "--spec", description, input}
	}
	var rows []*process
	add := func(p, against *process) {
		p.against = against
		if !contains(p.name, only) {
			return
		}
		if against != nil && !slices.Contains(rows, against) {
			rows = append(rows, against)
		}
		rows = append(rows, p)
	}
	for name, examples := range map[string]string{"github": "gh", "openai": "oa2", "digitalocean": "do", "stripe": "stripe", "mailchimp": ""} {
		description, input, err := unpacked(dir, name, examples)
		loads := &process{name: "kin-openapi loads " + name, command: []string{kin, description}, missing: err}
		add(loads, nil)
		add(&process{name: "plumb checks with " + name, command: check(description, input), missing: err}, loads)
	}
	empty := filepath.Join(dir, "empty.har")
	if err := os.WriteFile(empty, nil, 0o644); err != nil {
		return err
	}
	for name, write := range map[string]func(*bufio.Writer, int){"references": manyRefs, "schemas": manySchemas} {
		var smaller *process
		for _, n := range []int{4000, 16000} {
			file := filepath.Join(dir, fmt.Sprintf("%s-%d.json", name, n))
			if err := generate(file, n, write); err != nil {
				return err
			}
			p := &process{name: fmt.Sprintf("plumb loads %d %s", n, name), command: check(file, empty)}
			add(p, smaller)
			smaller = p
		}
	}
	for range rounds {
		for _, p := range rows {
			p.measure()
		}
	}
	fmt.Println()
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "processor\tMB\ttimes its time\ttimes its memory\t")
	for _, p := range rows {
		l.check(p)
		switch {
		case p.failed != nil || p.against != nil && p.against.failed != nil:
		case p.missing != nil:
			fmt.Fprintf(w, "-\t-\t-\t-\t %s: %v\n", p.name, p.missing)
		case p.against == nil:
			fmt.Fprintf(w, "%.2f\t%d\t\t\t %s\n", median(p.processor), p.memory>>20, p.name)
		default:
			fmt.Fprintf(w, "%.2f\t%d\t%.2f\t%.2f\t %s\n", median(p.processor), p.memory>>20,
				median(p.processor)/median(p.against.processor), float64(p.memory)/float64(p.against.memory), p.name)
		}
	}
	return w.Flush()
}

// unpacked decompresses a published description and the first example of each
// of its operations, and returns the two files.
func unpacked(dir, name, examples string) (description, input string, err error) {
	description, input = filepath.Join(dir, name+".json"), filepath.Join(dir, name+".ndjson")
	text, err := gunzip(filepath.Join(published, name+".json.gz"))
	if err != nil {
		return "", "", err
	}
	var first bytes.Buffer
	if examples != "" {
		all, err := gunzip(filepath.Join(published, examples+".examples.ndjson.gz"))
		if err != nil {
			return "", "", err
		}
		seen := map[string]bool{}
		for line := range bytes.Lines(all) {
			var e struct {
				Request struct{ Method string }
				X       struct{ Path string }
			}
			if err := json.Unmarshal(line, &e); err != nil {
				return "", "", err
			}
			if operation := e.Request.Method + " " + e.X.Path; !seen[operation] {
				seen[operation] = true
				first.Write(line)
			}
		}
	} else {
		first.WriteString(`{"request": {"method": "GET", "url": "/"}, "response": {"status": 200, "body": {}}}` + "\n")
	}
	if err := os.WriteFile(description, text, 0o600); err != nil {
		return "", "", err
	}
	return description, input, os.WriteFile(input, first.Bytes(), 0o600)
}

func gunzip(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}

func generate(file string, n int, write func(*bufio.Writer, int)) error {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(f)
	write(w, n)
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// manyRefs writes a description of n operations with two references each.
func manyRefs(w *bufio.Writer, n int) {
	fmt.Fprint(w, `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{`)
	for i := range n {
		fmt.Fprintf(w, `%s"/r%d":{"get":{"responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"type":"object"}}}},"404":{"$ref":"#/components/responses/E"},"500":{"$ref":"#/components/responses/E"}}}}`, comma(i), i)
	}
	fmt.Fprint(w, `},"components":{"responses":{"E":{"description":"e"}}}}`)
}

// manySchemas writes a description with n schemas, each of which refers to the
// one before and is that of a response.
func manySchemas(w *bufio.Writer, n int) {
	var schemas strings.Builder
	fmt.Fprint(w, `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{`)
	for i := range n {
		fmt.Fprintf(w, `%s"/r%d":{"get":{"responses":{"200":{"description":"ok","content":{"application/json":{"schema":{"$ref":"#/components/schemas/S%d"}}}}}}}`, comma(i), i, i)
		fmt.Fprintf(&schemas, `%s"S%d":{"type":"object","properties":{"id":{"type":"string"},"n":{"type":"integer"},"before":{"$ref":"#/components/schemas/S%d"}}}`, comma(i), i, max(i-1, 0))
	}
	fmt.Fprint(w, `},"components":{"schemas":{`+schemas.String()+`}}}`)
}

func comma(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}
