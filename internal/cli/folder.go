package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb/internal/scale"
)

// mapInFolder is a map, or its second round, of a run in a folder.
func (s *step) mapInFolder(cmd *cobra.Command, f *mapFlags, args []string) error {
	switch {
	case f.out != "" && f.in != "":
		return errors.New("--out and --in are both set; --out is for the first round, and --in for the second, with --verdicts")
	case len(args) > 0 || f.names != "" || f.name != "":
		return errors.New("in a folder, the objects are those of the manifest of the run, on standard input of the first round; name no others")
	case !f.isIndexed:
		return errors.New("--index is not set; it is the number of this map, from 0")
	case f.out != "":
		return s.firstInFolder(cmd, f)
	case cmd.Flags().Changed("of"), cmd.Flags().Changed("partitions"), f.observe, f.strictInput:
		return errors.New("--of, --partitions, --observe and --strict-input are those of the first round; with --in, leave them out")
	case !f.secondRound:
		return fmt.Errorf("--in is for the second round; give --verdicts, too, or for the first round --out %s", f.in)
	}
	folder, objects, err := s.openFolder(cmd, f.in)
	if err != nil {
		return err
	}
	if err := inRange("--index", f.index, folder.Maps); err != nil {
		return err
	}
	verdicts := scale.NewVerdicts()
	if err := s.readVerdicts(folder.Verdicts(f.index), verdicts); err != nil {
		return err
	}
	m := &mapping{step: s, mapFlags: f, objects: folder.Part(objects, f.index)}
	return folder.WriteVerdicts(f.index, func(to scale.Lines) error { return m.look(cmd.Context(), verdicts, to) })
}

func inRange(name string, n, of int) error {
	if n < 0 || n >= of {
		return fmt.Errorf("%s: %d is not a number from 0 to %d", name, n, of-1)
	}
	return nil
}

// firstInFolder is a map in a folder, which it makes if it is the first.
func (s *step) firstInFolder(cmd *cobra.Command, f *mapFlags) error {
	switch {
	case f.secondRound:
		return fmt.Errorf("--out is for the first round; for the second, give --verdicts --in %s", f.out)
	case f.partitions < 1 || f.of < 1:
		return errors.New("--out needs the number of maps and of reduces, too: --of N --partitions R")
	case s.key != "":
		return errors.New("--run-key is not needed in a folder, which has its own; leave it out")
	}
	if err := inRange("--index", f.index, f.of); err != nil {
		return err
	}
	manifest, err := io.ReadAll(s.interruptible(cmd.Context()))
	if err != nil {
		return fmt.Errorf("standard input: %w", err)
	}
	objects, err := readManifest(bytes.NewReader(manifest), "standard input")
	if err != nil {
		return err
	}
	if len(objects) == 0 {
		return errors.New("standard input: there are no names of objects in the manifest")
	}
	folder := &scale.Folder{Path: f.out, Flags: maps.Clone(s.flags), Observe: f.observe, StrictInput: f.strictInput, Maps: f.of, Partitions: f.partitions}
	delete(folder.Flags, "verbose") // which decides nothing
	if err := s.readOptions(); err != nil {
		return err
	}
	if s.desc, err = loadDescription(s.options); err != nil {
		return err
	}
	folder.Description = s.desc.Digest
	folder.MakeKey(manifest)
	s.key = folder.Key
	if err := s.load(); err != nil { // before the folder is made, which other flags cannot use any more
		return err
	}
	folder.Settings = scale.HashOf(s.settings())
	if err := folder.Create(manifest); err != nil {
		return err
	}
	m := &mapping{step: s, mapFlags: f, objects: folder.Part(objects, f.index)}
	return folder.WriteMap(f.index, func(to scale.Lines) error { return m.all(cmd.Context(), to) })
}

// openFolder loads the run of a folder, with its flags.
func (s *step) openFolder(cmd *cobra.Command, path string) (*scale.Folder, []scale.Object, error) {
	for _, name := range append(slices.Clone(stepSettings), "config", "run-key") {
		if cmd.Flags().Changed(name) {
			return nil, nil, fmt.Errorf("--%s: in a folder, the flags are those of the first round; leave it out", name)
		}
	}
	folder, objects, err := scale.OpenFolder(path, readManifest)
	if err != nil {
		return nil, nil, err
	}
	for name, values := range folder.Flags {
		s.flags[name] = values
	}
	s.key = folder.Key
	if err := s.load(); err != nil {
		return nil, nil, err
	}
	if s.validator.Digest() != folder.Description {
		return nil, nil, fmt.Errorf("%s: the description is not that of the first round; it must not change until plumb merge has ended", path)
	}
	if scale.HashOf(s.settings()) != folder.Settings {
		return nil, nil, fmt.Errorf("%s: the settings are not those of the first round: the version of plumb, or the file that --config names, is another; they must not change until plumb merge has ended", path)
	}
	return folder, objects, nil
}

// reduceInFolder is a reduce of a run in a folder.
func (s *step) reduceInFolder(cmd *cobra.Command, path string, partition int) error {
	if !cmd.Flags().Changed("partition") {
		return errors.New("--partition is not set; it is the number of this reduce, from 0")
	}
	folder, _, err := s.openFolder(cmd, path)
	if err != nil {
		return err
	}
	if err := inRange("--partition", partition, folder.Partitions); err != nil {
		return err
	}
	return folder.WriteReduce(partition, func(to scale.Lines) error {
		return s.reduce(cmd.Context(), folder.Partition(cmd.Context(), partition), to)
	})
}

// mergeInFolder writes the report of a run in a folder.
func (s *step) mergeInFolder(cmd *cobra.Command, path string, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s: with --in, no other files are read", args[0])
	}
	folder, objects, err := s.openFolder(cmd, path)
	if err != nil {
		return err
	}
	total, err := s.sum(folder.Outcomes)
	if err != nil {
		return err
	}
	return s.report(total, objects)
}
