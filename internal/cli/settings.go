package cli

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/lazyregexp"
	"github.com/plumbapi/plumb/internal/redact"
	"github.com/plumbapi/plumb/internal/report/format"
	"github.com/plumbapi/plumb/spec"
)

// options holds the settings of a run, merged from all sources.
type options struct {
	config   string
	spec     string
	refRoot  string
	baseline string
	summary  string
	schema   string
	format   string
	failOn   string
	color    string

	historyScope string

	reports    []output
	rules      []ruleSetting
	overlays   []string
	amendments []spec.Overlay // applied after the overlays; not a setting
	recordings []string
	servers    []string
	redact     []string
	target     string // for live traffic; not a setting
	runKey     string // of the steps of a run; not a setting
	isReport   bool   // what is written is a report that was read; not a setting

	allowEmpty, strict, noHistory, quiet, verbose, full bool

	maxFindings, maxOccurrences, maxDepth, maxRatio, jobs int
	maxBody, maxEntry                                     int64

	origins map[origin]string
}

// origin is the key of where a value was given, such as "--spec" or
// "plumb.yaml:2:7: spec": a setting, and its value.
type origin struct{ setting, value string }

// from returns where a value of a setting was given.
func (o *options) from(setting, value string) string {
	return cmp.Or(o.origins[origin{setting, value}], "--"+setting)
}

// hasPlace matches a message that begins with a place in a file.
var hasPlace = lazyregexp.New(`^[^\n]+:\d+:\d+: `)

// locate says where the name of a file was given that cannot be used, unless that
// is a flag, or the error is about a place in the file.
func (o *options) locate(setting, value string, err error) error {
	if from := o.from(setting, value); err != nil && !strings.HasPrefix(from, "--") && !hasPlace().MatchString(err.Error()) {
		return fmt.Errorf("%s: %w", from, err)
	}
	return err
}

// mostJobs is the largest number of jobs.
const mostJobs = 1024

// output is a report that is written to a file. The origin is where it was given, for
// messages.
type output struct{ format, path, origin string }

// ruleSetting sets the severity of the rules that a glob matches. The origin is
// where it was set, for messages.
type ruleSetting struct {
	glob     string
	severity plumb.Severity
	origin   string
}

// source is a place where a setting can be set.
type source int

const (
	flag source = 1 << iota
	environment
	file
	anywhere = flag | environment | file
)

// kind is the type of the value of a setting.
type kind int

const (
	text   kind = iota
	path        // of a file or folder; in the configuration file, relative to that file
	choice      // one of setting.choices
	boolean
	count      // a whole number, at least setting.least
	size       // of data, such as 16MiB
	paths      // list of paths
	reports    // FORMAT=PATH, repeatable; in the file a mapping
	severity   // GLOB=SEVERITY, repeatable; in the file a mapping
	overlays   // list of names of built-in overlays and of paths, repeatable
	servers    // list of URLs of servers, repeatable
	redactions // list of names of credentials, repeatable
)

// setting is something that can be set, under the same name in every source.
type setting struct {
	name    string
	key     string // in the configuration file, where it is not the name
	short   string // letter of the flag
	sources source
	kind    kind
	choices []string
	least   int
	most    int // of a count; 0 means any
	preset  string
	metavar string
	help    string // what it does: one sentence without a full stop
	rules   bool   // whether the commands about rules have it, too
	target  func(*options) any
}

// settings lists all settings. Flags, environment variables, the configuration
// file, its JSON Schema and docs/configuration.md are made from it.
var settings = []setting{
	{name: "spec", sources: anywhere, kind: path, metavar: "FILE", rules: true,
		help:   "OpenAPI description (3.0, 3.1 or 3.2) to check responses against, in place of the built-in one of the Batch API",
		target: func(o *options) any { return &o.spec }},
	{name: "ref-root", sources: anywhere, kind: path, metavar: "DIR", rules: true,
		help:   "folder outside which no $ref of the description may lead, in place of the description's own folder",
		target: func(o *options) any { return &o.refRoot }},
	{name: "overlay", sources: anywhere, kind: overlays, metavar: "NAME|FILE", rules: true,
		help:   "overlay that amends the description: one that is built in (" + strings.Join(spec.Overlays(), ", ") + "), or a file; can be repeated, and they are applied in order",
		target: func(o *options) any { return &o.overlays }},
	{name: "config", sources: flag | environment, kind: path, metavar: "FILE", rules: true,
		help:   "configuration file to read, in place of plumb.yaml in the working folder or above it; an empty name reads none",
		target: func(o *options) any { return &o.config }},
	{name: "schema", sources: anywhere, kind: text, metavar: "NAME",
		help:   "name of the schema of bare bodies in components/schemas; by default it is found by the constants that the schemas require",
		target: func(o *options) any { return &o.schema }},
	{name: "server", sources: anywhere, kind: servers, metavar: "URL",
		help:   "server that has the operations of the description, in place of those that it names: a URL, or a base path on any host; can be repeated",
		target: func(o *options) any { return &o.servers }},
	{name: "format", sources: anywhere, kind: choice, choices: format.Names(), preset: "text", metavar: "FORMAT",
		help:   "format of the report on standard output",
		target: func(o *options) any { return &o.format }},
	{name: "report", sources: anywhere, kind: reports, metavar: "FORMAT=PATH",
		help:   "write the report to a file, too; can be repeated",
		target: func(o *options) any { return &o.reports }},
	{name: "baseline", sources: anywhere, kind: path, metavar: "FILE",
		help:   "file of accepted findings, which do not count towards the exit status until they expire",
		target: func(o *options) any { return &o.baseline }},
	{name: "summary", sources: flag | environment, kind: path, metavar: "FILE",
		help:   "write a summary of what was observed, for plumb drift, which merges such files",
		target: func(o *options) any { return &o.summary }},
	{name: "fail-on", sources: anywhere, kind: choice, choices: []string{"error", "warning", "info", "never"}, preset: "error", metavar: "SEVERITY",
		help:   "lowest severity of a finding with which the exit status is 1",
		target: func(o *options) any { return &o.failOn }},
	{name: "allow-empty", sources: anywhere, kind: boolean, preset: "false",
		help:   "exit with status 0 if nothing was checked, instead of 3",
		target: func(o *options) any { return &o.allowEmpty }},
	{name: "strict", sources: anywhere, kind: boolean, preset: "false", rules: true,
		help:   "turn warnings into errors",
		target: func(o *options) any { return &o.strict }},
	{name: "rule", key: "rules", sources: anywhere, kind: severity, metavar: "GLOB=SEVERITY", rules: true,
		help:   "set the severity (off, info, warning, error) of the rules that a glob matches; can be repeated, and the last that matches counts",
		target: func(o *options) any { return &o.rules }},
	{name: "no-history", sources: anywhere, kind: boolean, preset: "false",
		help:   "check each response by itself, and do not compare the responses about one resource; saves some time, and 8 MB of memory",
		target: func(o *options) any { return &o.noHistory }},
	{name: "history-scope", sources: anywhere, kind: choice, choices: []string{"auto", "run", "file"}, preset: "auto", metavar: "SCOPE",
		help:   "which responses with one identity are about one resource: all of the run, or those of each file; auto: all of the run, but a life that begins anew in another file is another resource",
		target: func(o *options) any { return &o.historyScope }},
	{name: "max-findings", sources: anywhere, kind: count, preset: "0", metavar: "N",
		help:   "largest number of findings in the report; the others are only counted; 0 means all",
		target: func(o *options) any { return &o.maxFindings }},
	{name: "max-occurrences", sources: anywhere, kind: count, least: 1, preset: "5", metavar: "N",
		help:   "largest number of occurrences in the report for each finding; the others are only counted",
		target: func(o *options) any { return &o.maxOccurrences }},
	{name: "max-body", sources: anywhere, kind: size, preset: "16MiB", metavar: "SIZE",
		help:   "largest size of a body, after decoding its Content-Encoding",
		target: func(o *options) any { return &o.maxBody }},
	{name: "max-entry", sources: anywhere, kind: size, preset: "32MiB", metavar: "SIZE",
		help:   "largest size of an entry of a recording",
		target: func(o *options) any { return &o.maxEntry }},
	{name: "max-ratio", sources: anywhere, kind: count, least: 1, preset: "1000", metavar: "N",
		help:   "how many times larger compressed data may become when it is decompressed",
		target: func(o *options) any { return &o.maxRatio }},
	{name: "max-depth", sources: anywhere, kind: count, least: 1, most: 10_000, preset: "512", metavar: "N",
		help:   "how deep the arrays and objects of a body may nest",
		target: func(o *options) any { return &o.maxDepth }},
	{name: "jobs", sources: anywhere, kind: count, most: mostJobs, preset: "0", metavar: "N",
		help:   "number of exchanges that are checked at the same time; 0 means one for each processor",
		target: func(o *options) any { return &o.jobs }},
	{name: "color", sources: anywhere, kind: choice, choices: []string{"auto", "always", "never"}, preset: "auto", metavar: "WHEN",
		help:   "colour the text; auto: on a terminal, unless NO_COLOR or CI is set",
		target: func(o *options) any { return &o.color }},
	{name: "quiet", short: "q", sources: flag | environment, kind: boolean, preset: "false",
		help:   "show findings only: no progress, no summary",
		target: func(o *options) any { return &o.quiet }},
	{name: "verbose", short: "v", sources: flag | environment, kind: boolean, preset: "false",
		help:   "show every occurrence that is kept, what was loaded, and why each exchange was skipped",
		target: func(o *options) any { return &o.verbose }},
	{name: "full", sources: flag | environment, kind: boolean, preset: "false",
		help:   "show each finding by itself, not those of one rule and one remedy together",
		target: func(o *options) any { return &o.full }},
	{name: "redact", sources: file, kind: redactions,
		help:   "further names whose values are credentials, such as x-tenant-pin; NAME=off means that values of that name are not credentials",
		target: func(o *options) any { return &o.redact }},
	{name: "recordings", sources: file, kind: paths,
		help:   "files, folders and globs to check if the command line names none",
		target: func(o *options) any { return &o.recordings }},
}

func (s *setting) fileKey() string {
	if s.key != "" {
		return s.key
	}
	return s.name
}

// variable returns the environment variable of the setting.
func (s *setting) variable() string {
	return "PLUMB_" + strings.ToUpper(strings.ReplaceAll(s.name, "-", "_"))
}

// repeatable reports whether the setting has a list of values.
func (s *setting) repeatable() bool {
	return s.kind == paths || s.kind == overlays || s.kind == servers || s.kind == redactions || s.kind == reports || s.kind == severity
}

// apply sets the values that one source gives, in place of those of earlier
// sources. Severities of rules are added instead: the last one that matches a
// rule counts. Relative paths are relative to dir. The origin is for messages.
func (s *setting) apply(o *options, values []string, dir, origin string) error {
	target := s.target(o)
	switch list := target.(type) {
	case *[]output:
		*list = nil
	case *[]string:
		*list = nil
	}
	for _, value := range values {
		if err := s.add(o, value, dir, origin); err != nil {
			return err
		}
	}
	return nil
}

// add sets a value; that of a list is added to it.
func (s *setting) add(o *options, value, dir, origin string) error {
	target := s.target(o)
	if err := s.set(target, value, dir, origin); err != nil {
		return fmt.Errorf("%s: %w", origin, err)
	}
	o.remember(s, target, origin)
	return nil
}

// remember keeps where the value was given that was set last.
func (o *options) remember(s *setting, target any, from string) {
	if o.origins == nil {
		o.origins = map[origin]string{}
	}
	switch target := target.(type) {
	case *string:
		o.origins[origin{s.name, *target}] = from
	case *[]string:
		o.origins[origin{s.name, (*target)[len(*target)-1]}] = from
	}
}

func (s *setting) set(target any, value, dir, origin string) (err error) {
	isPath := s.kind == path || s.kind == paths || s.kind == overlays
	if isPath && value == "" && s.name != "config" {
		return errNoName
	}
	switch s.kind {
	case text:
		*target.(*string) = value
	case path:
		*target.(*string) = from(dir, value)
	case choice:
		if err := oneOf(value, s.choices); err != nil {
			return err
		}
		*target.(*string) = value
	case boolean:
		*target.(*bool), err = strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("%q is neither true nor false", value)
		}
	case count:
		n, err := strconv.Atoi(value)
		switch {
		case s.most > 0 && (err != nil || n < s.least || n > s.most):
			return fmt.Errorf("%q is not a whole number from %d to %d", value, s.least, s.most)
		case err != nil || n < s.least:
			return fmt.Errorf("%q is not a whole number of at least %d", value, s.least)
		}
		*target.(*int) = n
	case size:
		*target.(*int64), err = parseSize(value)
		return err
	case paths:
		*target.(*[]string) = append(*target.(*[]string), from(dir, value))
	case overlays:
		if !slices.Contains(spec.Overlays(), value) {
			value = from(dir, value)
		}
		*target.(*[]string) = append(*target.(*[]string), value)
	case servers:
		if err := spec.CheckServer(value); err != nil {
			return err
		}
		*target.(*[]string) = append(*target.(*[]string), value)
	case redactions:
		if err := redact.CheckName(value); err != nil {
			return err
		}
		*target.(*[]string) = append(*target.(*[]string), value)
	case reports:
		name, file, ok := strings.Cut(value, "=")
		if !ok || file == "" {
			return fmt.Errorf("%q is not of the form FORMAT=PATH, such as %s", value, reportLike(value))
		}
		if err := oneOf(name, format.Names()); err != nil {
			return err
		}
		*target.(*[]output) = append(*target.(*[]output), output{name, from(dir, file), origin})
	case severity:
		glob, level, ok := strings.Cut(value, "=")
		if !ok || glob == "" {
			return fmt.Errorf("%q is not of the form GLOB=SEVERITY, such as \"drift-*=off\"; the severities are %s", value, strings.Join(severities(), ", "))
		}
		if err := oneOf(level, severities()); err != nil {
			return err
		}
		sev, err := plumb.ParseSeverity(level)
		if err != nil {
			return err
		}
		*target.(*[]ruleSetting) = append(*target.(*[]ruleSetting), ruleSetting{glob, sev, origin})
	}
	return nil
}

// reportLike returns a value of --report for who gives a file alone: its format is
// that of the suffix, if there is one.
func reportLike(file string) string {
	suffix := strings.TrimPrefix(filepath.Ext(file), ".")
	if name, ok := map[string]string{"md": "markdown", "xml": "junit", "txt": "text"}[suffix]; ok {
		suffix = name
	}
	if slices.Contains(format.Names(), suffix) {
		return suffix + "=" + file
	}
	return "json=report.json"
}

func severities() []string {
	var names []string
	for s := plumb.Off; s <= plumb.Error; s++ {
		names = append(names, s.String())
	}
	return names
}

// from returns a path that is given relative to dir. A URL, which is not fetched, is
// left as it is for the message about it.
func from(dir, path string) string {
	if dir == "" || path == "" || filepath.IsAbs(path) || strings.Contains(path, "://") {
		return path
	}
	return filepath.Join(dir, path)
}

func oneOf(value string, choices []string) error {
	if slices.Contains(choices, value) {
		return nil
	}
	return fmt.Errorf("%q is not one of %s%s", value, strings.Join(choices, ", "), didYouMean(value, choices))
}

// parseSize parses a number of bytes: "4096", "16MiB" (units of 1024), "1GB"
// (units of 1000).
func parseSize(s string) (int64, error) {
	digits := strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ ")
	unit := strings.ToLower(strings.TrimSpace(s[len(digits):]))
	scale := map[string]int64{
		"": 1, "b": 1,
		"kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12,
		"k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40,
		"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40,
	}[unit]
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil && !errors.Is(err, strconv.ErrRange) || scale == 0 || n <= 0 {
		return 0, fmt.Errorf("%q is not a size, such as 16MiB, 1GB or 4096 (bytes)", s)
	}
	if err != nil || n > (1<<62)/scale {
		return 0, fmt.Errorf("%q is too large a size", s)
	}
	return n * scale, nil
}
