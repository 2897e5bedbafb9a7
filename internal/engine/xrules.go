package engine

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/docschema"
	"github.com/plumbapi/plumb/internal/expression"
	"github.com/plumbapi/plumb/internal/jsonvalue"
	"github.com/plumbapi/plumb/internal/schema"
)

// xRulesVocabulary is the JSON Schema of x-rules.
//
//go:embed xrules_vocabulary.json
var xRulesVocabularyText []byte

var xRulesVocabulary = docschema.New("value", xRulesVocabularyText)

// xRule is a rule of the description, from x-rules.
type xRule struct {
	*Rule
	statedBy   plumb.Source // the schema or the response that has it
	at         []string     // from the object, to the member that findings are at
	place      plumb.Source
	written    plumb.Source // the expression
	source     string       // of the expression
	expression *expression.Expression
	overTime   bool // the expression reads oldSelf
}

// xRulesOf reads the x-rules of one schema or response.
func xRulesOf(statedBy plumb.Source, e *schema.Extension) ([]*xRule, error) {
	if e == nil {
		return nil, nil
	}
	if err := e.Check(xRulesVocabulary); err != nil {
		return nil, err
	}
	var docs []struct{ ID, Message, Expression, Severity, At, Text, Fix, Example string }
	if err := json.Unmarshal(e.Text, &docs); err != nil {
		return nil, err
	}
	var all []*xRule
	var errs []error
	for i, doc := range docs {
		item := "/" + strconv.Itoa(i)
		compiled, err := expression.Compile(doc.Expression)
		if err != nil {
			errs = append(errs, e.ErrorAt(item+"/expression", doc.ID+" does not compile: "+err.Error()))
			continue
		}
		severity := plumb.Error
		if doc.Severity != "" {
			severity, _ = plumb.ParseSeverity(doc.Severity) // the vocabulary allows no other
		}
		if doc.Text != "" {
			doc.Text += "\n\n"
		}
		if doc.Fix == "" {
			doc.Fix = "Send what makes the expression true, or amend the rule in the description."
		}
		all = append(all, &xRule{
			Rule: &Rule{
				ID: doc.ID, Severity: severity, basis: byGuard, Title: doc.Message, Fix: doc.Fix, Example: doc.Example,
				Text: doc.Text + "The description states it as an expression in CEL:\n\n    " + doc.Expression,
			},
			statedBy:   statedBy,
			at:         jsonvalue.SplitPointer(doc.At),
			place:      e.Place(item),
			written:    e.Place(item + "/expression"),
			source:     doc.Expression,
			expression: compiled,
			overTime:   compiled.Uses(expression.OldSelf),
		})
	}
	return all, errors.Join(errs...)
}

// loadXRules reads all x-rules of the description, and adds them to the rules.
func (v *Validator) loadXRules(set *schema.Set) error {
	var errs []error
	var named xRuleMembers
	seen := map[plumb.Source]bool{}
	add := func(rules []*xRule, err error) []*xRule {
		errs = append(errs, err)
		for _, r := range rules {
			if seen[r.place] { // schemas and responses can be reached in several ways
				continue
			}
			seen[r.place] = true
			if slices.ContainsFunc(v.rules, func(other *Rule) bool { return other.ID == r.ID }) {
				errs = append(errs, v.xRuleError(r.place, "there is another rule with the id "+r.ID+"; rename one"))
			}
			v.rules = append(v.rules, r.Rule)
		}
		return rules
	}
	for _, shape := range set.Shapes() {
		if rules := add(xRulesOf(shape.Place, shape.Extension("x-rules"))); len(rules) > 0 {
			v.shapeRules[shape] = rules
			for _, r := range rules {
				if named.add(r, shape); r.overTime {
					v.overTime[shape] = append(v.overTime[shape], r)
				}
			}
			errs = append(errs, v.describedPlaces(rules, shape))
		}
	}
	for _, op := range v.desc.Operations {
		for _, response := range op.Responses {
			rules := add(xRulesOf(response.Place, set.Extension(response.Place, "x-rules")))
			for _, m := range response.Media {
				if !m.HasSchema {
					continue
				}
				shape := v.bodies[m.Schema].Shape
				errs = append(errs, v.describedPlaces(rules, shape))
				for _, r := range rules {
					named.add(r, shape)
				}
			}
			if len(rules) > 0 {
				v.responseRules[response] = rules
			}
		}
	}
	slices.SortFunc(v.rules, func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) })
	errs = append(errs, named.errors(v.xRuleError))
	return errors.Join(errs...)
}

// xRuleError returns an error about a rule of the description, at a place in it.
func (v *Validator) xRuleError(at plumb.Source, message string) error {
	return v.desc.ErrorAt(at, "x-rules: "+message)
}

// describedPlaces checks that the members at which the rules report findings
// are described.
func (v *Validator) describedPlaces(rules []*xRule, shape *schema.Shape) error {
	var errs []error
	for _, r := range rules {
		at := shape
		for _, name := range r.at {
			if at == nil {
				break
			}
			var undocumented bool
			if at, undocumented = at.Member(name); undocumented {
				errs = append(errs, v.xRuleError(r.place, fmt.Sprintf("no schema describes the member that %s is at: %s", r.ID, strings.Join(append([]string{""}, r.at...), "/"))))
				break
			}
		}
	}
	return errors.Join(errs...)
}

// applyXRules applies the rules of the description, but for those that compare
// two responses.
func (p *pass) applyXRules() {
	if p.root == nil || p.schema == nil {
		return
	}
	p.earlierErrors = slices.Sorted(slices.Values(p.errorOffsets))
	if rules := p.v.responseRules[p.response]; len(rules) > 0 {
		variables := p.variables(p.root)
		for _, r := range rules {
			p.applyXRule(r, nil, variables)
		}
	}
	for i, visit := range p.visits() {
		rules := p.v.shapeRules[visit.Shape]
		if len(rules) == 0 || visit.Value.Kind == jsonvalue.Null {
			continue
		}
		path, variables := p.visits().Path(i), p.variables(visit.Value)
		for _, r := range rules {
			if !r.overTime {
				p.applyXRule(r, path, variables)
			}
		}
	}
}

// applyXRule applies one rule to the object at the path.
func (p *pass) applyXRule(r *xRule, path []string, variables *expression.Variables) {
	holds, ok := r.expression.Holds(variables)
	if holds && ok {
		return
	}
	if p.use(r.Rule); p.severity == plumb.Off {
		return
	}
	at := p.valueAt(append(slices.Clip(path), r.at...))
	var subject plumb.Subject
	if len(r.at) == 0 { // one subject, wherever the schema is used
		subject = subjectAt(r.statedBy, "")
	}
	switch {
	case !ok:
		// An object that does not fit its schema is reported already.
		if p.failsWithin(path) {
			return
		}
		if p.use(ruleFailed); p.severity != plumb.Off {
			f := placed("the rule "+r.ID+" cannot be evaluated", r.place, r.expression.Failure(variables).Error(), "")
			f.Subject = subjectAt(r.statedBy, r.ID)
			p.report(at, f)
		}
	default:
		// If a value that the rule is about has an error already, this is a consequence.
		if !p.hasEarlierError(at.start) && !p.readsErrors(r, path) {
			f := placed(r.Title, r.place, p.foundText(at.path), r.source)
			f.Subject = subject
			p.report(at, f)
		}
	}
}

// hasEarlierError reports whether an error was reported at the value that begins
// at an offset, before the rules of the description ran.
func (p *pass) hasEarlierError(start int) bool {
	_, has := slices.BinarySearch(p.earlierErrors, start)
	return has
}

// readsErrors reports whether the rule reads a member of the object at the path
// at which an error was reported already.
func (p *pass) readsErrors(r *xRule, path []string) bool {
	if len(p.earlierErrors) == 0 {
		return false
	}
	object := p.root.At(path...)
	return slices.ContainsFunc(r.expression.Reads(expression.Self), func(member []string) bool {
		v := object.At(member...)
		return v != nil && p.hasEarlierError(v.Start)
	})
}

// failsWithin reports whether the object at the path does not fit its schema.
func (p *pass) failsWithin(path []string) bool {
	// Failures are sorted by their paths: those within follow the path itself.
	i, _ := slices.BinarySearchFunc(p.failures, path, func(f schema.Failure, path []string) int { return slices.Compare(f.Path, path) })
	return i < len(p.failures) && len(p.failures[i].Path) >= len(path) && slices.Equal(p.failures[i].Path[:len(path)], path)
}

// variables returns the variables of an expression, but for oldSelf.
func (p *pass) variables(self *jsonvalue.Value) *expression.Variables {
	return &expression.Variables{Self: self, Request: p.celRequest, Status: p.out.Status}
}

// celRequest returns the request as a variable of expressions. It is made once.
func (p *pass) celRequest() map[string]any {
	if p.request != nil {
		return p.request
	}
	params := map[string]any{}
	for name, value := range p.match.Params {
		params[name] = value
	}
	query := map[string]any{}
	if u, err := url.Parse(p.x.Request.URL); err == nil {
		for name, values := range u.Query() {
			query[name] = values[0]
		}
	}
	p.request = map[string]any{"method": p.x.Request.Method, "params": params, "query": query}
	return p.request
}
