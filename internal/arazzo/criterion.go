package arazzo

import (
	"fmt"
	"strings"

	"github.com/plumbapi/plumb"
	"github.com/plumbapi/plumb/internal/ecmaregexp"
	"github.com/plumbapi/plumb/internal/jsonpath"
)

// Criterion is a condition that a step, or an action, depends on.
type Criterion struct {
	Context   string // a runtime expression; may be empty
	Condition string
	Type      string // "simple", "regex" or "jsonpath"
	Place     plumb.Source

	context     Expression
	isMet       operand
	expressions []Expression // that it refers to
}

func (c *Criterion) String() string {
	if c.Type == "regex" {
		return c.Context + " matches " + c.Condition
	}
	return strings.TrimSpace(c.Context + " " + c.Condition)
}

// compile parses the criterion.
func (c *Criterion) compile() error {
	if c.Context != "" {
		var err error
		if c.context, err = parseExpression(c.Context); err != nil {
			return err
		}
		c.expressions = append(c.expressions, c.context)
	}
	switch c.Type {
	case "regex":
		return c.compileRegexp()
	case "jsonpath":
		return c.compilePath()
	case "simple":
		return c.compileSimple()
	}
	return fmt.Errorf("a condition of the type %s cannot be evaluated; use simple, regex or jsonpath", c.Type)
}

func (c *Criterion) compileRegexp() error {
	re, err := ecmaregexp.Compile(c.Condition)
	if err != nil {
		return fmt.Errorf("the condition %q is not a regular expression: %w", c.Condition, err)
	}
	c.isMet = func(s *scope) (any, bool) {
		value, ok := s.value(c.context)
		if !ok {
			return false, true
		}
		matched, decided := re.Match(textOf(value))
		return matched && decided, true
	}
	return nil
}

func (c *Criterion) compilePath() error {
	path, err := jsonpath.Parse(c.Condition)
	if err != nil {
		return fmt.Errorf("the condition %q %w", c.Condition, err)
	}
	c.isMet = func(s *scope) (any, bool) {
		value, ok := s.value(c.context)
		return ok && len(path.Select(value)) > 0, true
	}
	return nil
}

// compileSimple parses a simple condition. If it is a value and not a
// comparison, the context must be equal to it.
func (c *Criterion) compileSimple() error {
	condition, expressions, err := parseCondition(c.Condition)
	if err != nil {
		return err
	}
	c.expressions = append(c.expressions, expressions...)
	c.isMet = func(s *scope) (any, bool) {
		value, ok := condition(s)
		if _, isBool := value.(bool); isBool || c.Context == "" {
			return value, ok
		}
		context, found := s.value(c.context)
		return ok && found && equal(value, context), true
	}
	return nil
}

// firstUnmet returns the first criterion that is not met, or nil.
func firstUnmet(criteria []*Criterion, s *scope) *Criterion {
	for _, c := range criteria {
		if !isTrue(c.isMet(s)) {
			return c
		}
	}
	return nil
}

// ExpectedStatuses returns the statuses that meet all criteria of the step which
// are about the status alone; none if there are no such criteria.
func (s *Step) ExpectedStatuses() []int {
	var about []*Criterion
	for _, c := range s.Criteria {
		if c.isAboutStatus() {
			about = append(about, c)
		}
	}
	if len(about) == 0 {
		return nil
	}
	var expected []int
	for status := 100; status <= 599; status++ {
		if firstUnmet(about, &scope{exchange: &exchange{&Request{}, &Response{Status: status}}}) == nil {
			expected = append(expected, status)
		}
	}
	return expected
}

// isAboutStatus reports whether a criterion depends on the status and on
// nothing else.
func (c *Criterion) isAboutStatus() bool {
	for _, e := range c.expressions {
		if e.root != "$statusCode" {
			return false
		}
	}
	return len(c.expressions) > 0
}
