package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb/spec"
)

func (a *app) specCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "spec",
		Short: "Print the description, with its overlays applied",
		Long: `Print the description with its overlays applied: YAML where its main file is YAML,
JSON where that is JSON, with the members in the order of the file. Comments and
anchors of YAML are not kept.

It is printed as one document, from which the targets of overlays select: a part of
another file is in the place of the first $ref to it, and other $refs to it refer to
that place.

Exit status: 0; 2 wrong usage or a description that cannot be read.`,
		Example: `  plumb spec --overlay observed
  plumb spec --spec openapi.yaml --overlay ours.yaml > amended.yaml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("spec takes no argument; name the file with --spec %s", args[0])
			}
			return nil
		},
	}
	flags := addFlags(cmd.Flags(), func(s *setting) bool {
		return s.name == "spec" || s.name == "ref-root" || s.name == "overlay" || s.name == "config"
	})
	cmd.RunE = func(*cobra.Command, []string) error {
		o, _, err := loadOptions(flags, a.getenv)
		if err != nil {
			return err
		}
		return a.printSpec(o)
	}
	return cmd
}

func (a *app) printSpec(o *options) error {
	overlays, err := o.readOverlays()
	if err != nil {
		return err
	}
	var doc *spec.Document
	if o.spec == "" {
		doc, err = spec.BuiltinDocument(overlays...)
	} else {
		doc, err = spec.ReadDocument(o.spec, o.refRoot, overlays...)
		err = o.locate("spec", o.spec, err)
	}
	if err != nil {
		return err
	}
	a.warn(doc.Warnings)
	text := doc.JSON
	if !doc.IsJSON {
		text = doc.YAML
	}
	out, err := text()
	if err == nil {
		_, err = a.out.Write(out)
	}
	return err
}
