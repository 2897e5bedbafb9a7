package probe

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	yaml "github.com/pb33f/go-yaml"
	"github.com/pb33f/libopenapi/arazzo"
	"github.com/pb33f/libopenapi/arazzo/expression"
	model "github.com/pb33f/libopenapi/datamodel/high/arazzo"

	"github.com/plumbapi/plumb/internal/engine"
)

// announce makes the requests of a step say which statuses the step expects, so
// that these are no finding, neither live nor in a recording of the run.
func (d *Document) announce(s *model.Step) {
	text := ranges(expectedStatuses(s.SuccessCriteria))
	if text == "" {
		return
	}
	value := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text}
	s.Parameters = append(s.Parameters, &model.Parameter{Name: engine.ExpectedStatus, In: "header", Value: value})
	d.places[parameter{s.OperationId + s.OperationPath, engine.ExpectedStatus}] = "header"
}

// expectedStatuses returns the statuses that satisfy all criteria which are
// about the status alone; none if there are no such criteria.
func expectedStatuses(criteria []*model.Criterion) []int {
	criteria = slices.DeleteFunc(slices.Clone(criteria), func(c *model.Criterion) bool { return !isAboutStatus(c) })
	if len(criteria) == 0 {
		return nil
	}
	var expected []int
	for status := 100; status <= 599; status++ {
		response := &expression.Context{StatusCode: status}
		if !slices.ContainsFunc(criteria, func(c *model.Criterion) bool {
			met, err := arazzo.EvaluateCriterion(c, response)
			return !met || err != nil
		}) {
			expected = append(expected, status)
		}
	}
	return expected
}

var runtimeExpression = regexp.MustCompile(`\$[a-zA-Z]+`)

// isAboutStatus reports whether a criterion depends on the status and on
// nothing else.
func isAboutStatus(c *model.Criterion) bool {
	text := c.Context
	if c.GetEffectiveType() == "simple" {
		text += " " + c.Condition
	}
	expressions := runtimeExpression.FindAllString(text, -1)
	return len(expressions) > 0 && !slices.ContainsFunc(expressions, func(e string) bool { return e != "$statusCode" })
}

// ranges writes sorted numbers as a list of numbers and ranges.
func ranges(numbers []int) string {
	var items []string
	for i := 0; i < len(numbers); {
		first, last := numbers[i], numbers[i]
		for i++; i < len(numbers) && numbers[i] == last+1; i++ {
			last = numbers[i]
		}
		if first == last {
			items = append(items, strconv.Itoa(first))
		} else {
			items = append(items, fmt.Sprintf("%d-%d", first, last))
		}
	}
	return strings.Join(items, ", ")
}
