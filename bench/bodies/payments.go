package bodies

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"
)

// Payments generates responses about payments, as fixtures/payment/openapi.yaml
// describes them.
type Payments struct {
	rand  *rand.Rand
	n     int
	polls []Response // the remaining responses about the current payment
}

// Response is a response about a batch or a payment.
type Response struct {
	ID   string
	Time time.Time
	Body []byte // without its envelope
}

// NewPayments returns a generator of payments.
func NewPayments(seed uint64) *Payments {
	return &Payments{rand: rand.New(rand.NewPCG(seed, seed))}
}

// Next returns a valid response.
func (p *Payments) Next() Response {
	if len(p.polls) == 0 {
		p.polls = p.life()
	}
	next := p.polls[0]
	p.polls = p.polls[1:]
	return next
}

// life returns the responses about one payment, from its creation to its end.
func (p *Payments) life() []Response {
	p.n++
	id := fmt.Sprintf("pay_%024x", uint64(p.n)*0x9e3779b97f4a7c15)
	amount := 100 + p.rand.IntN(1_000_000)
	at := time.Unix(1_757_203_200+p.rand.Int64N(30_000_000), 0).UTC()
	stamp := func() string { return at.Format(time.RFC3339) }
	var members strings.Builder
	fmt.Fprintf(&members, `"amount":%d,"created":%q,"valid_until":%q`, amount, stamp(), at.Add(24*time.Hour).Format(time.RFC3339))
	var all []Response
	for _, state := range []string{"created", "authorized", "captured", "refunded"} {
		if state != "created" {
			fmt.Fprintf(&members, `,%q:%q`, state, stamp())
		}
		if money := state + "_amount"; state == "captured" || state == "refunded" {
			fmt.Fprintf(&members, `,%q:%d`, money, amount)
		}
		for range 1 + p.rand.IntN(3) {
			body := fmt.Sprintf(`{"id":%q,"state":%q,%s}`, id, state, members.String())
			all = append(all, Response{id, at, []byte(body)})
			at = at.Add(time.Duration(1+p.rand.IntN(600)) * time.Second)
		}
	}
	return all
}
