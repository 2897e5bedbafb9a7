package scale

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Folder is a run whose steps write to a folder that all machines reach. What a step
// writes appears whole, under its name, or not at all.
type Folder struct {
	Path string `json:"-"`

	Version     int                 `json:"plumbRun"`
	Key         string              `json:"runKey"`
	Flags       map[string][]string `json:"flags"` // of the settings
	Observe     bool                `json:"observe"`
	StrictInput bool                `json:"strictInput"`
	Description string              `json:"description"` // its digest
	Settings    string              `json:"settings"`    // a hash of all that the steps must agree on
	Manifest    string              `json:"manifest"`    // a hash of it
	Maps        int                 `json:"maps"`
	Partitions  int                 `json:"partitions"`
}

const (
	folderVersion = 2
	runName       = "run.json"
	manifestName  = "manifest"
	outcomeName   = "outcome"
)

// HashOf returns a hash of a text.
func HashOf(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }

// MakeKey makes the key of the run, by what is known of it but for the settings.
func (f *Folder) MakeKey(manifest []byte) {
	f.Version, f.Key, f.Settings = folderVersion, "", ""
	f.Manifest = HashOf(string(manifest))
	text, err := json.Marshal(f)
	if err != nil {
		panic(err) // it has texts and numbers
	}
	f.Key = HashOf(string(text))
}

// Create makes the run of a folder, if it is not there. It is an error if there is
// another one.
func (f *Folder) Create(manifest []byte) error {
	text, err := json.Marshal(f)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(f.Path, 0o777); err != nil {
		return err
	}
	for _, file := range []struct {
		name string
		text []byte
	}{{manifestName, manifest}, {runName, append(text, '\n')}} {
		if err := f.createFile(file.name, file.text); err != nil {
			return err
		}
	}
	return nil
}

// createFile writes a file unless there is one, which must have the same text.
func (f *Folder) createFile(name string, text []byte) error {
	path := filepath.Join(f.Path, name)
	beside, err := os.CreateTemp(f.Path, name+".tmp-*")
	if err != nil {
		return err
	}
	defer os.Remove(beside.Name())
	_, err = beside.Write(text)
	if err := errors.Join(err, beside.Chmod(0o644), beside.Close()); err != nil {
		return err
	}
	if os.Link(beside.Name(), path) == nil {
		return nil
	}
	known, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) { // there are no links in this file system
		if err := os.Rename(beside.Name(), path); err != nil {
			return err
		}
		known, err = os.ReadFile(path)
	}
	if err != nil {
		return err
	}
	if string(known) != string(text) {
		return fmt.Errorf("%s is of another run, with another manifest, description or other flags; use a new folder, or give what was given before", path)
	}
	return nil
}

// OpenFolder returns the run of a folder, and its objects as readManifest reads them.
func OpenFolder(path string, readManifest func(io.Reader, string) ([]Object, error)) (*Folder, []Object, error) {
	name := filepath.Join(path, runName)
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%s: there is no run; make one with: plumb map --out %s --partitions R --index I --of N < manifest", path, path)
	}
	if err != nil {
		return nil, nil, err
	}
	f := &Folder{}
	if err := json.Unmarshal(text, f); err != nil || f.Version != folderVersion || f.Maps < 1 || f.Partitions < 1 {
		return nil, nil, fmt.Errorf("%s is not what this plumb wrote; use one plumb for all steps", name)
	}
	f.Path = path
	name = filepath.Join(path, manifestName)
	manifest, err := os.ReadFile(name)
	if err != nil {
		return nil, nil, err
	}
	if HashOf(string(manifest)) != f.Manifest {
		return nil, nil, fmt.Errorf("%s was changed since the run began; start it again in a new folder", name)
	}
	objects, err := readManifest(strings.NewReader(string(manifest)), name)
	return f, objects, err
}

// Names of what the steps write.
func mapOf(i int) string       { return fmt.Sprintf("map-%d", i) }
func reduceOf(j int) string    { return fmt.Sprintf("reduce-%d", j) }
func verdictsOf(i int) string  { return fmt.Sprintf("verdicts-%d", i) }
func partitionOf(j int) string { return fmt.Sprintf("part-%d", j) }

// Part returns the objects of one map.
func (f *Folder) Part(all []Object, i int) (own []Object) {
	for _, object := range all {
		if object.Number%f.Maps == i {
			own = append(own, object)
		}
	}
	return own
}

// WriteMap writes what a map finds, unless that is there already.
func (f *Folder) WriteMap(i int, write func(Lines) error) error {
	return f.write(mapOf(i), func(beside string) error {
		names := []string{outcomeName}
		for j := range f.Partitions {
			names = append(names, partitionOf(j))
		}
		return writeFiles(beside, names, write, func(key string) int {
			n, err := resourceOf(key)
			if err != nil {
				return 0
			}
			return 1 + int(uint64(n)%uint64(f.Partitions))
		})
	})
}

// WriteReduce writes what a reduce finds, unless that is there already.
func (f *Folder) WriteReduce(j int, write func(Lines) error) error {
	return f.write(reduceOf(j), func(beside string) error {
		names := []string{outcomeName}
		for i := range f.Maps {
			names = append(names, verdictsOf(i))
		}
		return writeFiles(beside, names, write, func(key string) int {
			n, ok := numberOf(key)
			if !ok {
				return 0
			}
			return 1 + n%f.Maps
		})
	})
}

// WriteVerdicts writes what the second round of a map finds, unless that is there
// already.
func (f *Folder) WriteVerdicts(i int, write func(Lines) error) error {
	return f.write(verdictsOf(i), func(beside string) error {
		return writeFiles(beside, []string{outcomeName}, write, func(string) int { return 0 })
	})
}

// write writes a folder beside where it is to be, and gives it its name when it is
// whole. Another process may do the same meanwhile.
func (f *Folder) write(name string, write func(beside string) error) (err error) {
	target := filepath.Join(f.Path, name)
	if _, err := os.Stat(target); err == nil {
		return nil
	}
	beside, err := os.MkdirTemp(f.Path, name+".tmp-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(beside)
	if err := write(beside); err != nil {
		return err
	}
	if err := os.Chmod(beside, 0o755); err != nil {
		return err
	}
	if err := os.Rename(beside, target); err != nil {
		if _, there := os.Stat(target); there != nil {
			return err
		}
	}
	return nil
}

// writeFiles writes lines to files, each to the one with the index that of returns for
// its key.
func writeFiles(folder string, names []string, write func(Lines) error, of func(key string) int) (err error) {
	to := &files{of: of}
	defer func() {
		for _, file := range to.files {
			err = errors.Join(err, file.Close())
		}
	}()
	buffer := min(max(8<<20/len(names), 4<<10), usualBuffer)
	for _, name := range names {
		file, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			return err
		}
		to.files = append(to.files, file)
		to.writers = append(to.writers, newWriter(file, buffer))
	}
	if err := write(to); err != nil {
		return err
	}
	for i, w := range to.writers {
		if err := errors.Join(w.Close(), to.files[i].Sync()); err != nil {
			return err
		}
	}
	return nil
}

// files are several streams.
type files struct {
	files   []*os.File
	writers []*Writer
	of      func(key string) int
}

func (f *files) Line(key string, record []byte) { f.writers[f.of(key)].Line(key, record) }

// Partition is a source of the observations for one reduce, sorted.
func (f *Folder) Partition(ctx context.Context, j int) Source {
	return func(yield func(key string, record []byte) error) error {
		var lines sorter
		defer lines.close()
		err := f.eachOf(mapOf, f.Maps, "map", partitionOf(j), func(key string, record []byte) error {
			if ctx.Err() != nil {
				return ErrInterrupted
			}
			return lines.add([]byte(key), tab, record)
		})
		if err != nil {
			return err
		}
		// A tab comes before all that a key can have: lines with one key are together.
		return lines.each(func(line []byte) error {
			key, record, _ := bytes.Cut(line, tab)
			if err := yield(string(key), record); err != nil {
				return fmt.Errorf("the observation with the key %s: %w", key, err)
			}
			return nil
		})
	}
}

var tab = []byte{'\t'}

// Verdicts is a source of the verdicts for the objects of one map.
func (f *Folder) Verdicts(i int) Source {
	return func(yield func(key string, record []byte) error) error {
		return f.eachOf(reduceOf, f.Partitions, "reduce", verdictsOf(i), yield)
	}
}

// Outcomes is a source of all outcomes.
func (f *Folder) Outcomes(yield func(key string, record []byte) error) error {
	return errors.Join(
		f.eachOf(mapOf, f.Maps, "map", outcomeName, yield),
		f.eachOf(reduceOf, f.Partitions, "reduce", outcomeName, yield),
		f.eachOf(verdictsOf, f.Maps, "map --verdicts", outcomeName, yield),
	)
}

// eachOf calls yield for all lines of a file that each of the n processes of a step has
// written. It is an error if one is missing.
func (f *Folder) eachOf(name func(int) string, n int, step, file string, yield func(key string, record []byte) error) error {
	var missing []string
	for i := range n {
		if _, err := os.Stat(filepath.Join(f.Path, name(i))); err != nil {
			missing = append(missing, fmt.Sprint(i))
		}
	}
	if len(missing) > 0 {
		named := strings.Join(missing[:min(len(missing), mostNamed)], ", ")
		return fmt.Errorf("%s: of the %d processes of plumb %s, %d have not ended: %s; wait for them, or start them again", f.Path, n, step, len(missing), named)
	}
	for i := range n {
		folder := filepath.Join(f.Path, name(i))
		path := filepath.Join(folder, file)
		in, err := os.Open(path)
		if err != nil {
			return fmt.Errorf("%w; %s is damaged: remove it, and start plumb %s of %d again", err, folder, step, i)
		}
		lines := NewReader(in, path)
		err = lines.Each(yield)
		if err = errors.Join(err, in.Close()); err != nil && lines.damaged {
			return fmt.Errorf("%w; %s is damaged: remove it before", err, folder)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
