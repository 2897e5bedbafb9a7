package cli

import (
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

func (a *app) rulesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "rules",
		Short: "List the rules",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("rules takes no argument; to explain a rule, run: plumb explain %s", args[0])
			}
			return nil
		},
	}
	flags := addFlags(cmd.Flags(), func(s *setting) bool { return s.rules })
	cmd.RunE = func(*cobra.Command, []string) error {
		rules, err := a.loadRules(flags)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(a.out, 0, 0, 2, ' ', 0)
		for _, r := range rules {
			fmt.Fprintf(w, "%s\t%s\t%s\n", r.ID, r.Severity, r.Title)
		}
		return w.Flush()
	}
	return cmd
}

// explainer returns a function that returns the command that explains a rule of a
// run: with the flags that the run had, where the rule is one of its description.
func (a *app) explainer(o *options) func(rule string) string {
	flags := ""
	for _, from := range []struct {
		name   string
		values []string
	}{{"config", []string{o.config}}, {"spec", []string{o.spec}}, {"ref-root", []string{o.refRoot}}, {"overlay", o.overlays}} {
		for _, value := range from.values {
			if value != "" && strings.HasPrefix(o.from(from.name, value), "--") {
				flags += " --" + from.name + " " + shellQuoted(value)
			}
		}
	}
	return func(rule string) string {
		switch {
		case engine.IsRule(rule):
			return "plumb explain " + rule
		case o.isReport && !slices.Contains(builtinRuleIDs(), rule):
			return "" // of a description that the report does not name
		}
		return "plumb explain" + flags + " " + rule
	}
}

// builtinRuleIDs returns the ids of the rules of the built-in description.
func builtinRuleIDs() (ids []string) {
	desc, err := spec.Builtin()
	if err != nil {
		return nil
	}
	v, err := engine.New(desc)
	if err != nil {
		return nil
	}
	for _, r := range v.Rules() {
		ids = append(ids, r.ID)
	}
	return ids
}

// shellQuoted returns a word as it is typed in a shell.
func shellQuoted(word string) string {
	if strings.Trim(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+./:@%,=") == "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func (a *app) explainCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "explain RULE",
		Short:   "Explain a rule",
		Example: "  plumb explain schema-enum",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return fmt.Errorf("explain takes one rule, such as: plumb explain schema-enum (%q lists them)", "plumb rules")
			}
			return nil
		},
	}
	flags := addFlags(cmd.Flags(), func(s *setting) bool { return s.rules })
	cmd.ValidArgsFunction = func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) > 0 {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return a.ruleIDs(flags), cobra.ShellCompDirectiveNoFileComp
	}
	cmd.RunE = func(_ *cobra.Command, args []string) error {
		rules, err := a.loadRules(flags)
		if err != nil {
			return err
		}
		var ids []string
		for _, r := range rules {
			if r.ID == args[0] {
				return a.explain(r)
			}
			ids = append(ids, r.ID)
		}
		return fmt.Errorf("there is no rule %q%s (%q lists them; --spec FILE adds those of a description)", args[0], didYouMean(args[0], ids), "plumb rules")
	}
	return cmd
}

func (a *app) explain(r plumb.Rule) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s): %s\n\n%s\n", r.ID, r.Severity, r.Title, strings.TrimSpace(r.Text))
	if r.Fix != "" {
		fmt.Fprintf(&b, "\nTo fix it: %s\n", r.Fix)
	}
	if r.Example != "" {
		fmt.Fprintf(&b, "\nExample:\n\n    %s\n", strings.ReplaceAll(strings.TrimSpace(r.Example), "\n", "\n    "))
	}
	fmt.Fprintf(&b, "\nTo turn it off: --rule %s=off, or in %s:\n\n    rules:\n      %s: off\n", r.ID, configName, r.ID)
	_, err := a.out.Write([]byte(b.String()))
	return err
}

// loadRules returns the rules with the severities that the settings give them.
func (a *app) loadRules(flags given) ([]plumb.Rule, error) {
	o, _, err := loadOptions(flags, a.getenv)
	if err != nil {
		return nil, err
	}
	_, v, err := load(o)
	if err != nil {
		return nil, err
	}
	return v.Rules(), nil
}

// load loads the description and compiles it.
func load(o *options) (*spec.Description, *engine.Validator, error) {
	desc, err := loadDescription(o)
	if err != nil {
		return nil, nil, err
	}
	v, err := newValidator(desc, o)
	return desc, v, err
}

func newValidator(desc *spec.Description, o *options) (*engine.Validator, error) {
	opts := []engine.Option{engine.WithMaxDepth(o.maxDepth)}
	if o.strict {
		opts = append(opts, engine.WithStrict())
	}
	for _, url := range o.servers {
		opts = append(opts, engine.WithServer(url))
	}
	if o.target != "" {
		opts = append(opts, engine.WithTarget(o.target))
	}
	for _, r := range o.rules {
		opts = append(opts, func(v *engine.Validator) error {
			if err := engine.WithRule(r.glob, r.severity)(v); err != nil {
				return fmt.Errorf("%s: %w", r.origin, err)
			}
			return nil
		})
	}
	if o.runKey != "" {
		opts = append(opts, engine.WithSecret(o.runKey))
	}
	return engine.New(desc, opts...)
}

func loadDescription(o *options) (*spec.Description, error) {
	overlays, err := o.readOverlays()
	if err != nil {
		return nil, err
	}
	if o.spec == "" {
		return spec.Builtin(overlays...)
	}
	desc, err := spec.LoadFile(o.spec, o.refRoot, overlays...)
	return desc, o.locate("spec", o.spec, err)
}

// readOverlays returns the overlays in the order in which they are applied.
func (o *options) readOverlays() ([]spec.Overlay, error) {
	var overlays []spec.Overlay
	for _, name := range o.overlays {
		overlay, err := spec.ReadOverlay(name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", o.from("overlay", name), err)
		}
		overlays = append(overlays, overlay)
	}
	return append(overlays, o.amendments...), nil
}
