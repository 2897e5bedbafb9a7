package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/internal/outcome"
	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/internal/scale"
	"github.com/plumbapi/plumb/internal/textfmt"
)

// mapFlags are the flags of map that are not settings.
type mapFlags struct {
	names, name, verdicts  string
	index, of, partitions  int
	jobs                   int
	out, in                string
	observe, strictInput   bool
	secondRound, isIndexed bool
}

func (a *app) mapCommand() *cobra.Command {
	var f mapFlags
	cmd := &cobra.Command{
		Use:   "map [flags] (--names FILE | --name NAME --index N - | PATH...)",
		Short: "Check some of the recordings of a run on many machines",
		Long: `Check recordings one by one, and write lines to standard output: for each resource in
a recording what it says of the resource, by a key, and for each recording the outcome.
plumb reduce takes the lines of each resource together, and plumb merge adds the
outcomes to the report that plumb check would have written of all recordings.

The recordings (the objects) are named by a manifest, with a line for each: its number
from 0, a tab, and its name; what follows after another tab is passed over. The names
are sorted byte by byte. Each map is given a part of the manifest with --names, or the
bytes of one object on standard input with --name and --index. PATHs are numbered in the
order of their names, for a run of one map.

With --verdicts the objects are read again for which plumb reduce has written verdicts;
give a manifest and the same flags.

With --out DIR no engine is needed that moves lines: all steps write into a folder that
all machines reach. The manifest is given on standard input.

docs/scale.md explains how a run is divided.

Exit status: 0 all was written, the last line too; 2 anything else. What cannot be read
is in the outcome, with the reason, unless --strict-input is set.`,
		Example: `  plumb map --run-key "$KEY" --names part-of-manifest > mapped
  aws s3 cp "$NAME" - | plumb map --run-key "$KEY" --name "$NAME" --index 17 - > mapped
  plumb map --run-key "$KEY" --names manifest --verdicts=verdicts > outcome
  plumb map --out DIR --partitions 8 --index 3 --of 16 < manifest`,
	}
	fs := cmd.Flags()
	fs.StringVar(&f.names, "names", "", "`FILE` with the manifest of the objects to read; - is standard input")
	fs.StringVar(&f.name, "name", "", "`NAME` of the one object whose bytes are on standard input")
	fs.IntVar(&f.index, "index", 0, "number `I` of that object; with --out or --in, that of this map, from 0")
	fs.StringVar(&f.verdicts, "verdicts", "", "read the objects again for which there are verdicts in `FILE`, or without =FILE on standard input")
	fs.Lookup("verdicts").NoOptDefVal = "-"
	fs.StringVar(&f.out, "out", "", "folder `DIR` that all machines reach, to write to")
	fs.StringVar(&f.in, "in", "", "that folder `DIR`, for the second round, with --verdicts")
	fs.IntVar(&f.partitions, "partitions", 0, "with --out, the number `R` of reduces")
	fs.IntVar(&f.of, "of", 0, "with --out, the number `N` of maps")
	fs.BoolVar(&f.observe, "observe", false, "record what bodies contain, for the --summary of plumb merge")
	fs.BoolVar(&f.strictInput, "strict-input", false, "exit with status 2 if an object is empty, no recording, or cannot be read to its end")
	fs.IntVar(&f.jobs, "jobs", 1, "number `N` of exchanges that are checked at the same time; the engine runs several maps on a machine")
	s := a.addStep(cmd, "verbose")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if f.jobs < 1 || f.jobs > mostJobs {
			return fmt.Errorf("--jobs: %d is not a whole number from 1 to %d", f.jobs, mostJobs)
		}
		f.secondRound, f.isIndexed = cmd.Flags().Changed("verdicts"), cmd.Flags().Changed("index")
		if f.out != "" || f.in != "" {
			return s.mapInFolder(cmd, &f, args)
		}
		if f.of != 0 || f.partitions != 0 {
			return errors.New("--of and --partitions are for a run in a folder; give --out DIR, too")
		}
		if err := s.load(); err != nil {
			return err
		}
		objects, err := a.objects(cmd.Context(), &f, args)
		if err != nil {
			return err
		}
		m := &mapping{step: s, mapFlags: &f, objects: objects}
		if f.secondRound {
			return m.again(cmd.Context())
		}
		return a.writing(func(w *scale.Writer) error { return m.all(cmd.Context(), w) })
	}
	return cmd
}

// objects returns the objects that the command line names.
func (a *app) objects(ctx context.Context, f *mapFlags, args []string) ([]scale.Object, error) {
	onInput := len(args) == 1 && args[0] == "-"
	switch {
	case f.isIndexed && f.name == "":
		return nil, errors.New("--index is the number of the object that --name names, or with --out or --in that of a map; give one of these, too")
	case f.names != "" && f.name != "":
		return nil, errors.New("--names and --name are both set; name the objects in one way")
	case f.names == "-" && f.secondRound && f.verdicts == "-":
		return nil, errors.New("the manifest and the verdicts cannot both be on standard input; give one of them as a file")
	case f.names != "":
		if len(args) > 0 && !onInput {
			return nil, fmt.Errorf("%s: with --names, no other paths are read", args[0])
		}
		return a.manifest(ctx, f.names)
	case f.name != "" && !f.isIndexed:
		return nil, errors.New("--name needs the number of the object in the manifest, too: --index N")
	case f.name != "" && f.secondRound && f.verdicts == "-":
		return nil, errors.New("the object and the verdicts cannot both be on standard input; give the verdicts as a file: --verdicts=FILE")
	case f.name != "" && (f.index < 0 || f.index > mostObjects):
		return nil, fmt.Errorf("--index: %d is not the number of an object", f.index)
	case f.name != "" && !onInput:
		return nil, errors.New("with --name, the bytes of the object are on standard input; give - as the only path")
	case f.name != "":
		return []scale.Object{{Number: f.index, Name: f.name}}, nil
	}
	if len(args) > 0 && !onInput && f.secondRound && f.verdicts == "-" {
		if _, err := os.Stat(args[0]); err == nil {
			return nil, fmt.Errorf("%s: name the objects with --names FILE; a file with verdicts is given as --verdicts=%s", args[0], args[0])
		}
	}
	if onInput && f.secondRound {
		return nil, errors.New("--verdicts needs the names of the objects: --names FILE")
	}
	if len(args) == 0 || onInput {
		return nil, errors.New("no objects are named; give a manifest with --names FILE, one object with --name NAME --index N -, or PATHs")
	}
	files, err := recording.Files(args)
	if err != nil {
		return nil, err
	}
	all := make([]scale.Object, len(files))
	for i, file := range files {
		all[i] = scale.Object{Number: i, Name: file.Path}
	}
	return all, nil
}

// mapping is a run of map.
type mapping struct {
	*step
	*mapFlags
	objects []scale.Object // in the order of their numbers

	check    *check // of the object that is being read
	to       scale.Lines
	numbers  map[string]int // index in objects, by the name
	aliases  map[string]string
	next     int            // index of the object that comes next
	current  *scale.Mapping // nil before the first
	observed observedFiles
	problems []error
	broken   bool  // the object has a part that cannot be read
	failed   error // why nothing more can be written
}

// all checks the objects, and writes what is found.
func (m *mapping) all(ctx context.Context, to scale.Lines) error {
	m.to = to
	p := m.pipeline()
	p.repeats = m.validator.NewStream()
	p.repeats.KeepOccurrences(m.options.maxOccurrences)
	if m.options.noHistory {
		p.repeats.WithoutHistory()
	}
	p.seen = func(rs *engine.Results) { m.check.outcome.Batch(rs) }
	p.begin = m.beginTo
	if m.observe {
		p.observe = func() observer { return m.observed.add(m.validator) }
	}
	p.run(ctx, m.check.files, m)
	if ctx.Err() != nil {
		return scale.ErrInterrupted
	}
	m.beginUpTo(len(m.objects))
	if m.end(); m.failed != nil {
		return m.failed
	}
	for _, err := range m.problems {
		m.say("%v", err)
	}
	if len(m.problems) > 0 && m.strictInput {
		return fmt.Errorf("%s cannot be read to their end, and --strict-input is set", textfmt.Count(len(m.problems), "object"))
	}
	return nil
}

// pipeline returns what reads the objects. Its exchanges have aliases in place of the
// names of files.
func (m *mapping) pipeline() pipeline {
	m.check = &check{app: m.app, options: m.options, desc: m.desc, validator: m.validator, unrecognized: map[string]bool{}, nameOf: m.nameOfAlias}
	m.numbers, m.aliases = map[string]int{}, map[string]string{}
	for i, object := range m.objects {
		m.check.files = append(m.check.files, recording.File{Path: object.Name})
		m.numbers[object.Name] = i
		m.aliases[object.Name] = outcome.Alias(object.Number)
	}
	p := pipeline{
		validator: m.validator, schema: m.options.schema, jobs: m.jobs, budget: 32 << 20,
		limits: recording.Limits{Body: m.options.maxBody, Entry: m.options.maxEntry, Ratio: int64(m.options.maxRatio)},
		alias:  func(f recording.File) string { return m.aliases[f.Path] },
		open:   func(name string) (io.ReadCloser, error) { return m.check.open(name, progress{}) },
	}
	m.check.garbage.off = m.getenv("GOGC") != ""
	p.body = m.check.garbage.take
	if m.name != "" {
		p.open = func(string) (io.ReadCloser, error) { return io.NopCloser(m.app.in), nil }
	}
	return p
}

func (m *mapping) checked(x *plumb.Exchange, r engine.Result) {
	for i := range x.Defects {
		rule := x.Defects[i].Rule
		m.broken = m.broken || rule == "capture-truncated" || rule == "capture-unreadable"
	}
	m.check.checked(x, r)
}

func (m *mapping) ended(f recording.File, err error) { m.check.ended(f, err) }

// beginTo begins the object that a file is, if it has not begun.
func (m *mapping) beginTo(f recording.File) { m.beginUpTo(m.numbers[f.Path] + 1) }

// beginUpTo begins the objects before an index that have not begun.
func (m *mapping) beginUpTo(index int) {
	for m.next < index {
		m.end()
		m.begin(m.objects[m.next])
		m.next++
	}
}

func (m *mapping) begin(object scale.Object) {
	m.check.outcome = m.newOutcome()
	if m.check.history = nil; !m.options.noHistory {
		m.check.history = m.newHistory()
		m.check.history.Bound(m.memoryOfHistory)
		m.check.outcome.Follow(m.check.history)
	}
	m.current = m.run.Map(m.validator, object, m.check.outcome, m.check.history, m.to)
}

// end writes what was found in the object that was read.
func (m *mapping) end() {
	if m.current == nil {
		return
	}
	object := m.current.Object()
	object.Observed = m.observe
	object.Unrecognized = m.check.unrecognized[m.objects[m.next-1].Name]
	for _, err := range append(m.check.notes, m.check.failures...) {
		object.Problem = outcome.ShownName(err.Error())
		m.problems = append(m.problems, err)
	}
	if name := m.objects[m.next-1].Name; m.strictInput && object.Problem == "" && (object.Unrecognized || m.broken) {
		m.problems = append(m.problems, fmt.Errorf("%s: it is empty, no recording, or broken", name))
	}
	m.broken = false
	m.check.notes, m.check.failures = nil, nil
	if m.observe && m.failed == nil {
		m.failed = m.observed.mergeInto(m.current.Alias(), m.check.outcome)
	}
	if err := m.current.End(m.check.history); m.failed == nil {
		m.failed = err
	}
	if m.check.history != nil {
		if err := m.check.history.Close(); m.failed == nil {
			m.failed = err
		}
	}
	m.current = nil
}

// again reads the objects again for which there are verdicts, and writes the outcome.
func (m *mapping) again(ctx context.Context) error {
	in, closer, err := m.lines(ctx, m.verdicts)
	if err != nil {
		return err
	}
	defer closer.Close()
	verdicts := scale.NewVerdicts()
	if err := m.readVerdicts(in.Each, verdicts); err != nil {
		return err
	}
	return m.app.writing(func(w *scale.Writer) error { return m.look(ctx, verdicts, w) })
}

func (s *step) readVerdicts(in scale.Source, all *scale.Verdicts) error {
	return in(func(key string, record []byte) error { return all.Add(s.run, s.validator, key, record) })
}

// look looks at the exchanges that verdicts are about.
func (m *mapping) look(ctx context.Context, verdicts *scale.Verdicts, to scale.Lines) error {
	var wanted []scale.Object
	for _, object := range m.objects {
		if verdicts.Take(object.Number) {
			wanted = append(wanted, object)
		}
	}
	if err := verdicts.Untaken(); err != nil {
		return err
	}
	m.objects = wanted
	h, o := m.newHistory(), m.newOutcome()
	if !m.options.noHistory {
		o.Follow(h)
	}
	verdicts.Expect(h)
	p := m.pipeline()
	p.check = func(*plumb.Exchange) engine.Result { return engine.Result{} }
	s := &second{verdicts: verdicts, history: h, outcome: o}
	if len(m.check.files) > 0 {
		p.run(ctx, m.check.files, s)
	}
	switch {
	case ctx.Err() != nil:
		return scale.ErrInterrupted
	case s.unread != nil:
		return s.unread
	}
	return verdicts.Write(m.run, o, m.nameOf, to)
}

// nameOf returns the name of the object with a number.
func (m *mapping) nameOf(number int) string {
	i, ok := slices.BinarySearchFunc(m.objects, number, func(o scale.Object, n int) int { return cmp.Compare(o.Number, n) })
	if !ok {
		return ""
	}
	return m.objects[i].Name
}

// nameOfAlias returns the name of the object with an alias.
func (m *mapping) nameOfAlias(alias string) string {
	number, _ := outcome.ParseAlias(alias)
	return m.nameOf(number)
}

// second is the second round of a map.
type second struct {
	verdicts *scale.Verdicts
	history  *engine.History
	outcome  *outcome.Outcome
	unread   error // of an object that cannot be opened any more
}

func (s *second) checked(x *plumb.Exchange, _ engine.Result) {
	s.verdicts.Look(x, s.history, s.outcome)
}

// ended takes the error with which the reading of an object ended. One that could be read
// in part is as it was in the first round, or what is missing is noticed.
func (s *second) ended(_ recording.File, err error) {
	if s.unread == nil && errors.Is(err, errUnopened) {
		s.unread = err
	}
}
