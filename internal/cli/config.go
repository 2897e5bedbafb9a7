package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"
	"go.yaml.in/yaml/v3"

	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/internal/wholefile"
	"github.com/plumbapi/plumb/internal/yamldoc"
)

const configName = "plumb.yaml"

// given holds the values of settings on the command line, in order.
type given map[string][]string

// flagValue collects the values of the flag of a setting. They are parsed
// together with those of the other sources.
type flagValue struct {
	*setting
	given given
}

func (v flagValue) String() string { return strings.Join(v.given[v.name], ",") }
func (v flagValue) Type() string {
	if v.kind == boolean {
		return "bool" // pflag then shows no value in the help
	}
	return v.metavar
}
func (v flagValue) Set(value string) error {
	if v.repeatable() {
		v.given[v.name] = append(v.given[v.name], value)
	} else {
		v.given[v.name] = []string{value}
	}
	return nil
}

// addFlags adds the flags of the wanted settings to fs, and returns the values
// that parsing will give them.
func addFlags(fs *pflag.FlagSet, wanted func(*setting) bool) given {
	values := given{}
	fs.SortFlags = false
	for i := range settings {
		s := &settings[i]
		if s.sources&flag == 0 || !wanted(s) {
			continue
		}
		f := fs.VarPF(flagValue{s, values}, s.name, s.short, s.usage())
		if s.kind == boolean {
			f.NoOptDefVal = "true"
		}
	}
	return values
}

// usage returns the help text of the flag of a setting.
func (s *setting) usage() string {
	help := s.help
	if s.kind == choice {
		help += " (" + strings.Join(s.choices, ", ") + ")"
	}
	if s.preset != "" && s.kind != boolean {
		help += " (default " + s.preset + ")"
	}
	return help
}

// loadOptions merges the sources of settings: flags take precedence over the
// environment, the environment over the configuration file, and the file over
// the defaults. It also returns the name of the configuration file that was
// read, if any.
func loadOptions(flags given, getenv func(string) string) (*options, string, error) {
	o := &options{}
	for i := range settings {
		if s := &settings[i]; s.preset != "" {
			if err := s.apply(o, []string{s.preset}, "", "preset of "+s.name); err != nil {
				return nil, "", err
			}
		}
	}
	name, err := findConfig(flags, getenv)
	if err != nil {
		return nil, "", err
	}
	if name != "" {
		if err := readConfig(o, name); err != nil {
			return nil, "", err
		}
	}
	for i := range settings {
		s := &settings[i]
		if value := getenv(s.variable()); s.sources&environment != 0 && value != "" {
			values := []string{value}
			if s.repeatable() {
				values = strings.Split(value, ",")
			}
			if err := s.apply(o, values, "", s.variable()); err != nil {
				return nil, "", err
			}
		}
	}
	for i := range settings {
		s := &settings[i]
		if values, ok := flags[s.name]; ok {
			if err := s.apply(o, values, "", "--"+s.name); err != nil {
				return nil, "", err
			}
		}
	}
	redact.Use(o.redact)
	return o, name, nil
}

// findConfig returns the configuration file to read: the one that is named,
// else plumb.yaml in the working folder or above it, as far as the root of the
// repository. Outside a repository only the working folder is searched.
func findConfig(flags given, getenv func(string) string) (string, error) {
	if named, ok := flags["config"]; ok {
		return named[0], nil
	}
	if named := getenv("PLUMB_CONFIG"); named != "" {
		return named, nil
	}
	wd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	found := ""
	for dir, up := wd, ""; ; dir, up = filepath.Dir(dir), filepath.Join(up, "..") {
		name := filepath.Join(up, configName)
		if _, err := os.Stat(name); err == nil && found == "" {
			found = name
			if up == "" {
				return found, nil
			}
		}
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			return found, nil
		}
		if dir == filepath.Dir(dir) {
			return "", nil
		}
	}
}

// readConfig applies a configuration file to o.
func readConfig(o *options, name string) error {
	data, err := wholefile.Read(name)
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: there is no such configuration file; name one, or leave --config out", name)
	}
	if err != nil {
		return fmt.Errorf("%s: the configuration cannot be read: %w", name, err)
	}
	doc, broken := yamldoc.Parse(data)
	switch {
	case broken != nil:
		return broken.In(name)
	case doc == nil: // an empty file
		return nil
	}
	c := configFile{name: name, dir: filepath.Dir(name), options: o}
	return c.mapping(doc.Content[0], c.setting)
}

// configFile is a configuration file that is being read.
type configFile struct {
	name    string
	dir     string
	options *options
}

func (c *configFile) origin(n *yaml.Node) string {
	return fmt.Sprintf("%s:%d:%d", c.name, n.Line, n.Column)
}

func (c *configFile) errorf(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf("%s: %s", c.origin(n), fmt.Sprintf(format, args...))
}

// mapping calls each for each key and value of n.
func (c *configFile) mapping(n *yaml.Node, each func(key, value *yaml.Node) error) error {
	if n = resolve(n); n.Kind == yaml.ScalarNode && n.Tag == "!!null" {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		return c.errorf(n, "expected keys with values, such as \"fail-on: warning\", not %s", yamlType(n))
	}
	if f := yamldoc.CheckKeys(n); f != nil {
		return f.In(c.name)
	}
	for i := 0; i < len(n.Content); i += 2 {
		if err := each(n.Content[i], resolve(n.Content[i+1])); err != nil {
			return err
		}
	}
	return nil
}

func (c *configFile) setting(key, value *yaml.Node) error {
	var known []string
	for i := range settings {
		s := &settings[i]
		if s.sources&file == 0 {
			continue
		}
		if known = append(known, s.fileKey()); s.fileKey() == key.Value {
			return c.apply(s, value)
		}
	}
	hint := didYouMean(key.Value, known)
	if hint == "" {
		hint = "; the keys are " + strings.Join(known, ", ")
	}
	return c.errorf(key, "unknown key %q%s", key.Value, hint)
}

func (c *configFile) apply(s *setting, value *yaml.Node) error {
	switch s.kind {
	case reports, severity:
		if value.Kind != yaml.MappingNode && value.Tag != "!!null" {
			return c.errorf(value, "%s: expected %s, not %s", s.fileKey(), s.kind, yamlType(value))
		}
		var all []scalar
		err := c.mapping(value, func(k, v *yaml.Node) error {
			if v.Kind != yaml.ScalarNode || v.Value == "" {
				return c.errorf(v, "%s: expected text after %q, not %s", s.fileKey(), k.Value, yamlType(v))
			}
			all = append(all, scalar{c.origin(v), k.Value + "=" + v.Value})
			return nil
		})
		if err != nil {
			return err
		}
		return c.applyList(s, all)
	case paths, overlays, servers, redactions:
		if value.Kind != yaml.SequenceNode {
			hint := ""
			if value.Kind == yaml.ScalarNode && value.Value != "" {
				hint = ", such as [" + value.Value + "],"
			}
			return c.errorf(value, "%s: expected a list%s not %s", s.fileKey(), cmp.Or(hint, ","), yamlType(value))
		}
		var all []scalar
		for _, item := range value.Content {
			if item = resolve(item); item.Kind != yaml.ScalarNode {
				return c.errorf(item, "%s: expected %s, not %s", s.fileKey(), s.kind.item(), yamlType(item))
			}
			all = append(all, scalar{c.origin(item), item.Value})
		}
		return c.applyList(s, all)
	}
	want := map[kind]string{boolean: "!!bool", count: "!!int"}[s.kind]
	if value.Kind != yaml.ScalarNode || value.Tag == "!!null" || want != "" && value.Tag != want {
		return c.errorf(value, "%s: expected %s, not %s", s.fileKey(), s.kind, yamlType(value))
	}
	return s.apply(c.options, []string{value.Value}, c.dir, c.origin(value)+": "+s.fileKey())
}

// scalar is a value of a list, and its place.
type scalar struct{ place, value string }

// applyList applies a list of values, each with its own place in messages.
func (c *configFile) applyList(s *setting, all []scalar) error {
	if err := s.apply(c.options, nil, c.dir, ""); err != nil { // none of another source
		return err
	}
	for _, item := range all {
		if err := s.add(c.options, item.value, c.dir, item.place+": "+s.fileKey()); err != nil {
			return err
		}
	}
	return nil
}

// String returns the name of a kind of value, for messages.
func (k kind) String() string {
	return [...]string{"text", "a path", "a word", "true or false", "a whole number", "a size", "a list of paths",
		"formats with paths, such as {json: report.json}", "globs with severities, such as {drift-*: off}",
		"a list of overlays", "a list of URLs", "a list of names"}[k]
}

// item returns the name of a value in a list of a kind.
func (k kind) item() string {
	return map[kind]string{paths: "a path", overlays: "an overlay", servers: "a URL", redactions: "a name"}[k]
}

// resolve returns the node that an alias refers to.
func resolve(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func yamlType(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	if n.Tag == "!!null" {
		return "nothing"
	}
	return fmt.Sprintf("%q", n.Value)
}
