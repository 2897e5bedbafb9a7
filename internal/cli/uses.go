package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/plumbapi/plumb/internal/recording"
	"github.com/plumbapi/plumb/internal/report/format"
	"github.com/plumbapi/plumb/internal/wholefile"
	"github.com/plumbapi/plumb/spec"
)

// uses are the files that a run reads and writes.
type uses struct {
	reads  []input
	writes []written
}

// input is a file that is read.
type input struct {
	what string // such as "the description"
	identity
}

func reading(what, path string) input { return input{what, identityOf(path)} }

// written is a file that is written, and what names it, such as "--report".
type written struct{ origin, path string }

// check returns an error if a file cannot be written, is named twice, is being
// written by another plumb, or would replace one that is read.
func (u uses) check() error {
	var targets []identity
	for _, out := range u.writes {
		target, err := wholefile.Target(out.path)
		if err == nil {
			err = wholefile.Free(target)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", out.origin, err)
		}
		id := identityOf(target)
		if i := slices.IndexFunc(u.reads, func(in input) bool { return in.same(id) }); i >= 0 {
			return fmt.Errorf("%s: %s is %s, which would be overwritten; name another file", out.origin, out.path, u.reads[i].what)
		}
		if i := slices.IndexFunc(targets, id.same); i >= 0 {
			return fmt.Errorf("%s: %s is also the file of %s, and one would overwrite the other; name two files", out.origin, out.path, u.writes[i].origin)
		}
		targets = append(targets, id)
	}
	return nil
}

// standardOutput returns standard output, and standard error, where they are files. A
// report of that name would replace it, and what is printed would be lost.
func (a *app) standardOutput() []input {
	return append(streamOf("standard output, whose format is that of --format", a.out), streamOf("standard error", a.err)...)
}

// standardInput returns standard input where it is a file.
func (a *app) standardInput() []input { return streamOf("standard input", a.in) }

func streamOf(what string, stream any) []input {
	f, ok := stream.(*os.File)
	if !ok {
		return nil
	}
	info, err := f.Stat()
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	return []input{{what, identity{info: info}}}
}

// identity says which file a name means, whatever links lead to it.
type identity struct {
	info fs.FileInfo // nil if there is no such file yet
	path string
}

func identityOf(name string) identity {
	if info, err := os.Stat(name); err == nil {
		return identity{info: info}
	}
	if folder, err := filepath.EvalSymlinks(filepath.Dir(name)); err == nil {
		name = filepath.Join(folder, filepath.Base(name))
	}
	if abs, err := filepath.Abs(name); err == nil {
		name = abs
	}
	return identity{path: name}
}

func (a identity) same(b identity) bool {
	if a.info != nil && b.info != nil {
		return os.SameFile(a.info, b.info)
	}
	return a.info == nil && b.info == nil && a.path == b.path
}

// checkUses returns an error if the run would overwrite a file that it needs, as
// far as that is known before the recordings are read.
func (c *check) checkUses() error {
	u := uses{writes: c.writes}
	for _, out := range c.options.reports {
		u.writes = append(u.writes, written{out.origin, out.path})
	}
	if c.options.summary != "" {
		u.writes = append(u.writes, written{c.options.from("summary", c.options.summary), c.options.summary})
	}
	if len(u.writes) == 0 {
		return nil
	}
	c.leaveOutputs(u.writes)
	u.reads = append(c.inputs(), c.standardOutput()...)
	return u.check()
}

// inputs returns the files that the run reads.
func (c *check) inputs() []input {
	all := slices.Clone(c.reads)
	for _, f := range c.files {
		if f.Path == "-" {
			all = append(all, c.standardInput()...)
		} else {
			all = append(all, reading("one of the recordings", f.Path))
		}
	}
	for _, file := range c.desc.Sources {
		all = append(all, reading("a file of the description", file))
	}
	for _, name := range c.options.overlays {
		if !slices.Contains(spec.Overlays(), name) {
			all = append(all, reading("an overlay", name))
		}
	}
	if c.options.baseline != "" {
		all = append(all, reading("the baseline", c.options.baseline))
	}
	if c.config != "" {
		all = append(all, reading("the configuration", c.config))
	}
	return all
}

// leaveOutputs leaves out the files, found in a folder of recordings, that an
// earlier run of the same command wrote: what it finds does not depend on whether
// it was run before.
func (c *check) leaveOutputs(writes []written) {
	for _, out := range writes {
		id := identityOf(out.path)
		c.files = slices.DeleteFunc(c.files, func(f recording.File) bool {
			return !f.Named && id.same(identityOf(f.Path)) && !isRecording(f.Path)
		})
	}
}

// ownBeginnings are how the files in JSON that plumb writes begin, without white
// space. Other files in JSON are recordings.
var ownBeginnings = []string{`{"schemaVersion":`, `{"$schema":"` + format.SARIFSchema + `"`, summaryBeginning}

// isRecording reports whether a file is a recording, by its beginning.
func isRecording(name string) bool {
	f, err := wholefile.Open(name)
	if err != nil {
		return true
	}
	defer f.Close()
	head := make([]byte, 256)
	n, _ := io.ReadFull(f, head)
	compact := bytes.Join(bytes.Fields(head[:n]), nil)
	if slices.ContainsFunc(ownBeginnings, func(own string) bool { return bytes.HasPrefix(compact, []byte(own)) }) {
		return false
	}
	all := io.MultiReader(bytes.NewReader(head[:n]), f)
	for _, err := range recording.Read(context.Background(), name, all, recording.DefaultLimits) {
		return !errors.Is(err, recording.ErrUnknownFormat) && !errors.Is(err, recording.ErrEmpty)
	}
	return true
}
