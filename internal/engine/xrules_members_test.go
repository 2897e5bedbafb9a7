package engine_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/plumbapi/plumb/internal/engine"
	"github.com/plumbapi/plumb/spec"
)

const orders = `openapi: 3.1.0
info: {title: orders, version: "1"}
paths:
  /orders/{id}:
    get:
      responses:
        '200':
          description: an order
          x-rules: [{id: order-asked, message: another order, expression: "RESPONSE"}]
          content:
            application/json: {schema: {$ref: '#/components/schemas/Order'}}
            application/problem+json: {schema: {type: object, properties: {title: {type: string}}}}
components:
  schemas:
    Order:
      type: object
      x-lifecycle: {identity: /id, state: /state, initial: open, states: {open: {}}}
      x-rules:
        - id: order-one
          message: m
          expression: "SCHEMA"
      properties:
        id: {type: string}
        state: {type: string}
        total: {$ref: '#/components/schemas/Money'}
        lines: {type: array, items: {type: object, properties: {quantity: {type: integer}, price: {$ref: '#/components/schemas/Money'}}}}
        pair: {prefixItems: [{properties: {x: {}}}, {properties: {y: {}}}]}
        open: {type: object, additionalProperties: true, properties: {a: {}}}
        labels: {type: object, additionalProperties: {type: object, properties: {text: {type: string}}}}
        any: {}
        payment:
          oneOf:
            - {type: object, properties: {card: {type: string}}}
            - {type: object, properties: {iban: {type: string}}}
    Money: {type: object, properties: {amount: {type: integer}, currency: {type: string}}}
`

// A member that an expression names and no schema describes is an error at load, wherever
// in the expression it is.
func TestXRulesNameMembers(t *testing.T) {
	load := func(inSchema, inResponse string) error {
		text := strings.NewReplacer("SCHEMA", inSchema, "RESPONSE", inResponse).Replace(orders)
		d, err := spec.Load(fstest.MapFS{"openapi.yaml": {Data: []byte(text)}}, "openapi.yaml", spec.Options{})
		require.NoError(t, err)
		_, err = engine.New(d)
		return err
	}
	for text, want := range map[string]string{
		"self.total.amount >= 0":                                                "",
		"self.totl.amount >= 0":                                                 "self.totl, which is not described; did you mean self.total?",
		"self.total.amont >= 0":                                                 "self.total.amont, which is not described; did you mean self.total.amount?",
		"!has(self.totl)":                                                       "self.totl, which",
		"self['totl'].amount >= 0":                                              "self.totl, which",
		"oldSelf.totl == self.total":                                            "oldSelf.totl, which is not described; did you mean oldSelf.total?",
		"self.lines.all(l, l.quantity * l.price.amount > 0)":                    "",
		"self.lines.all(l, l.quantty > 0)":                                      "self.lines[...].quantty, which is not described; did you mean self.lines[...].quantity?",
		"self.lines.map(l, l.price).exists(p, p.amout > 0)":                     "self.lines[...].price.amout, which",
		"self.lines.filter(l, l.quantity > 1).map(l, l.prize.amount).sum() > 0": "self.lines[...].prize, which is not described; did you mean self.lines[...].price?",
		"self.lines[0].quantty > 0":                                             "self.lines[0].quantty, which",
		"self.lines[size(self.lines)-1].quantty > 0":                            "self.lines[...].quantty, which",
		"self.lines.all(l, l.x.y > 0)":                                          "self.lines[...].x, which is not described; the members of self.lines[...] are price, quantity",
		"self.open.anything == 1 && self.any.thing == 1":                        "",
		"self.labels.team.text == 'a' && self.labels.all(k, k != '')":           "",
		"self.labels.team.txt == 'a'":                                           "self.labels.team.txt, which",
		"has(self.payment.card) || has(self.payment.iban)":                      "",
		"has(self.payment.crad)":                                                "self.payment.crad, which is not described; did you mean self.payment.card?",
		"self.pair[1].y == 1 && self.pair[self.total.amount].z == 1":            "",
		"request.methd == 'GET'":                                                "request.methd, which is not described; did you mean request.method?",
		"request.params.id == self.id && request.query.x == '1'":                "",
	} {
		err := load(text, "true")
		if want == "" {
			assert.NoError(t, err, text)
		} else if assert.ErrorContains(t, err, "openapi.yaml:21:11: x-rules: order-one names "+want, text) {
			assert.NotContains(t, err.Error(), "\n", text)
		}
	}
	// One of the media types of a response has to have the member.
	for text, want := range map[string]string{
		"has(self.title) || self.id == request.params.id": "",
		"has(self.tittle)":     "openapi.yaml:9:63: x-rules: order-asked names self.tittle, which",
		"response.code == 200": "response.code, which is not described; the members of response are status",
	} {
		if err := load("true", text); want == "" {
			assert.NoError(t, err, text)
		} else {
			assert.ErrorContains(t, err, want, text)
		}
	}
}
