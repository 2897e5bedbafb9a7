package redact

import (
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
)

// place is the kind of place that a name is in. Some names are names of
// credentials only in some places.
type place uint8

const (
	member place = 1 << iota // a member of an object
	header
	query    // also a field of a form
	prose    // before a colon or an equals sign in a text
	anyPlace = member | header | query | prose
)

// secrecy says which values under a name are credentials.
type secrecy uint8

const (
	harmless   secrecy = iota
	ifRandom           // values that look like keys
	ifDigits           // values of a few digits
	unlessWord         // all values but plain words and short numbers
	always
)

// entry is what the list says about a name.
type entry struct {
	in      place
	secrecy secrecy
}

// nameList is the list of names, each a sequence of words. The longest sequence
// that a name ends in decides.
var nameList = []struct {
	entry
	names string // separated by commas
}{
	{entry{anyPlace, always}, "password, passwd, pwd, passphrase, passcode, secret, token, credential, authorization, cookie, jwt, hmac, signature, " +
		"api key, access key, access key id, private key, secret key, account key, app key, application key, subscription key, function key, functions key, " +
		"sas key, auth key, authentication key, authorization key, encryption key, decryption key, signing key, sign key, master key, shared key, ssh key, " +
		"service key, storage key, session key, admin key, client key, consumer key, customer key, developer key, license key, root key, webhook key, hmac key, deploy key, instrumentation key, " +
		"connection string, conn string, connection uri, database url, db url, dsn, assertion, saml response, saml request, saml art, " +
		"otp, totp, otp code, mfa code, two factor code, one time code, sms code, login code, pass code, activation code, reset code, verification code, auth code, authorization code, device code, recovery code, backup code, code verifier, " +
		"csrf, xsrf, session id, sess id, seed phrase, recovery phrase, mnemonic phrase, set cookie, security answer, id token hint"},
	{entry{anyPlace, unlessWord}, "pass, session, sid, sas, auth, sig, bearer, pat, pin code"},
	{entry{header, unlessWord}, "key"},
	{entry{query, always}, "key"},
	{entry{query, unlessWord}, "code, ticket"},
	{entry{member, ifRandom}, "key"},
	{entry{query, ifRandom}, "app id"}, // most are public, but some services call a key so
	{entry{anyPlace, ifDigits}, "pin, cvv, cvc, security code"},
	{entry{anyPlace, harmless}, "page token, next token, previous token, prev token, continuation token, sync token, skip token, cursor token, " +
		"pad token, eos token, bos token, unk token, sep token, mask token, stop token, special token, " +
		"max token, min token, total token, prompt token, completion token, input token, output token, reasoning token, cached token, " +
		"primary key, foreign key, sort key, partition key, idempotency key, cache key, surrogate key, object key, routing key, public key, " +
		"websocket key, message key, row key, group key, hash key, range key, ordering key"},
}

// gluedNames are endings of names that are written as one word (dbpassword,
// phpsessid), except those that end in one of gluedHarmless (nextpagetoken).
var gluedNames, gluedHarmless = []string{"password", "passwd", "passphrase", "secret", "token", "apikey", "accesskey", "secretkey", "privatekey", "credential", "sessionid", "sessid", "authorization"},
	[]string{"pagetoken", "nexttoken", "continuationtoken", "synctoken", "skiptoken", "publickey", "primarykey"}

// qualifiers are words that may follow the part of a name that makes it a
// secret.
var qualifiers = wordMap("value, string, text, data, raw, plain, plaintext, plain text, pem, binary, base64, b64, hex, current, old, new, hash, " +
	"confirm, confirmation, again, repeat, primary, secondary, header, cookie, param")

// described are words that end the names of members which describe a credential
// beside them.
var described = wordMap("type, kind, name, title, description, format, status, state, object, algorithm, alg, scheme, scope, at, on, date, time, " +
	"expiry, expires, expiration, created, updated, url, uri, href, version, count, size, length, in, language, env, path, domain")

// limited are words that mark a name as one about rate limits and their usage.
var limited = []string{"ratelimit", "ratelimits"}

func wordMap(list string) map[string]bool {
	words := map[string]bool{}
	for name := range strings.SplitSeq(list, ",") {
		words[lettersOf(name)] = true
	}
	return words
}

// names are the names of credentials.
type names struct {
	entries map[string][]entry // by their letters without separators
	asked   *[4096]atomic.Pointer[askedName]
}

// askedName is what is known of a name. The same few names occur in all bodies of an
// API, and to split one into its words takes long.
type askedName struct {
	name string
	in   place
	info nameInfo
}

func noNames() names {
	return names{map[string][]entry{}, new([4096]atomic.Pointer[askedName])}
}

func newNames() names {
	n := noNames()
	for _, list := range nameList {
		for name := range strings.SplitSeq(list.names, ",") {
			n.add(name, list.entry)
		}
	}
	return n
}

func (n names) add(name string, e entry) {
	letters := lettersOf(withoutX(name))
	n.entries[letters] = append(n.entries[letters], e)
}

var (
	builtin = sync.OnceValue(newNames)
	current atomic.Pointer[names] // nil for the built-in ones
)

func listed() names {
	if n := current.Load(); n != nil {
		return *n
	}
	return builtin()
}

// off, after a name, removes it from the list.
const off = "=off"

// CheckName returns an error if a name cannot be added to the list, or removed
// from it (session=off).
func CheckName(name string) error {
	bare, out := strings.CutSuffix(name, off)
	letters := fold(bare)
	odd := strings.IndexFunc(bare, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-_. ", r)
	})
	switch {
	case letters.length == 0 || odd >= 0:
		return fmt.Errorf("%q is not the name of a header, a parameter or a member, such as x-tenant-pin, nor one to remove from the list, such as session=off", name)
	case out && !builtin().hides(bare):
		return fmt.Errorf("%q removes nothing from the list of names: %q is not in it", name, bare)
	}
	return nil
}

// hides reports whether the name is that of a credential in any place.
func (n names) hides(name string) bool {
	return slices.ContainsFunc([]place{member, header, query, prose}, func(in place) bool { return n.of(name, in) != harmless })
}

// SecretParameter reports whether a parameter in a path is a credential by its name. The
// ids of sessions and keys are not: they are there to name these.
func SecretParameter(name string) bool {
	f := fold(name)
	isID := f.length > 0 && string(f.letters[max(f.lastWord(), 0):f.length]) == "id"
	secrecy := listed().of(name, prose)
	return !isID && (secrecy == always || secrecy == ifDigits)
}

// withoutX returns a name without the x- that many headers begin with: x-pin,
// pin and xPin are the same name.
func withoutX(name string) string {
	first := name[:min(1, len(name))]
	rest := strings.TrimLeft(name[len(first):], "-_. ")
	isJoined := len(first)+len(rest) == len(name)
	switch {
	case rest == "", !strings.EqualFold(first, "x"):
		return name
	case isJoined && (first != "x" || !unicode.IsUpper(rune(rest[0]))):
		return name // the x is part of the word
	}
	return rest
}

// Use sets the list of names for the whole process: the built-in one with the
// given names added, or removed if =off follows. An empty list restores the
// built-in one.
func Use(list []string) {
	if len(list) == 0 {
		current.Store(nil)
		return
	}
	n := newNames()
	for _, name := range list {
		bare, out := strings.CutSuffix(name, off)
		e := entry{anyPlace, always}
		if out {
			e.secrecy = harmless
		}
		n.entries[lettersOf(withoutX(bare))] = []entry{e}
	}
	current.Store(&n)
}

// seed is that of the hashes by which names are found that were asked for before.
var seed = maphash.MakeSeed()

// info returns what a name in a kind of place says about its value.
func (n names) info(name string, in place) nameInfo {
	if len(name) > longestName {
		return n.newInfo(name, in)
	}
	slot := &n.asked[maphash.String(seed, name)%uint64(len(n.asked))]
	if known := slot.Load(); known != nil && known.name == name && known.in == in {
		return known.info
	}
	info := n.newInfo(name, in)
	slot.Store(&askedName{strings.Clone(name), in, info})
	return info
}

// of returns what the list says about a name in a kind of place.
func (n names) of(name string, in place) secrecy {
	f := fold(name)
	if s, ok := n.lookUp(&f, in); ok {
		return s
	}
	for range 2 {
		cut := f.lastWord()
		if cut <= 0 || !qualifiers[string(f.letters[cut:f.length])] {
			break
		}
		f.length = cut
		if s, ok := n.lookUp(&f, in); ok {
			return s
		}
	}
	return harmless
}

// lookUp returns what the list says about the longest sequence that a name ends
// in.
func (n names) lookUp(f *folded, in place) (secrecy, bool) {
	longest, ok := harmless, false
	for start := f.length - 1; start >= 0; start-- {
		if !f.begins(start) {
			continue
		}
		letters := f.letters[start:f.length]
		if len(letters) > longestSequence {
			break
		}
		if s, found := n.sequence(letters, in); found {
			longest, ok = s, true
		}
	}
	if !ok {
		word := strings.TrimSuffix(string(f.letters[max(f.lastWord(), 0):f.length]), "s")
		ends := func(glued string) bool { return strings.HasSuffix(word, glued) }
		if slices.ContainsFunc(gluedNames, ends) && !slices.ContainsFunc(gluedHarmless, ends) {
			longest, ok = always, true
		}
	}
	if ok && longest != harmless {
		for _, word := range limited {
			if strings.Contains(string(f.letters[:f.length]), word) {
				return harmless, true
			}
		}
	}
	return longest, ok
}

const longestSequence = 64 // letters

// sequence looks up a sequence of words, also in the singular.
func (n names) sequence(letters []byte, in place) (secrecy, bool) {
	entries := n.entries[string(letters)]
	if entries == nil && len(letters) > 3 && letters[len(letters)-1] == 's' {
		entries = n.entries[string(letters[:len(letters)-1])]
	}
	for _, e := range entries {
		if e.in&in != 0 {
			return e.secrecy, true
		}
	}
	return harmless, false
}

// folded is a name in lower case, without the separators of its words. Of a
// long name, it is the end.
type folded struct {
	letters [longestName]byte
	first   [longestName / 64]uint64 // a bit for each letter that begins a word
	length  int
}

const longestName = 128

// lettersOf returns the letters and digits of a name in lower case, without the
// separators of its words.
func lettersOf(name string) string {
	f := fold(name)
	return string(f.bytes())
}

func (f *folded) bytes() []byte { return f.letters[:f.length] }

func (f *folded) begins(i int) bool { return f.first[i/64]>>(i%64)&1 != 0 }

// lastWord returns where the last word begins; -1 if there is none.
func (f *folded) lastWord() int {
	i := f.length - 1
	for i >= 0 && !f.begins(i) {
		i--
	}
	return i
}

// fold splits a name into words: at what is neither a letter nor a digit,
// between a lower-case letter or a digit and a capital (clientSecret), and
// before the last of several capitals if a lower-case letter follows
// (AWSAccess). Digits at the end are left out (password2).
func fold(name string) folded {
	if len(name) > longestName {
		name = name[len(name)-longestName:]
	}
	for len(name) > 0 && !wordByte(name[len(name)-1]) || len(name) > 1 && isDigit(name[len(name)-1]) && !allDigits(name) {
		name = name[:len(name)-1]
	}
	var f folded
	begin := true
	for i := 0; i < len(name); i++ {
		c := name[i]
		if c == '_' || !wordByte(c) {
			begin = true
			continue
		}
		if isUpper(c) {
			before, after := byte(0), byte(0)
			if i > 0 {
				before = name[i-1]
			}
			if i+1 < len(name) {
				after = name[i+1]
			}
			begin = begin || isLower(before) || isDigit(before) || isUpper(before) && isLower(after) && !pluralAt(name, i+1)
			c += 'a' - 'A'
		}
		switch rest := name[i:]; { // non-ASCII letters that fold to s and k
		case strings.HasPrefix(rest, longS):
			c, i = 's', i+len(longS)-1
		case strings.HasPrefix(rest, kelvin):
			c, i = 'k', i+len(kelvin)-1
		}
		if begin {
			f.first[f.length/64] |= 1 << (f.length % 64)
			begin = false
		}
		f.letters[f.length] = c
		f.length++
	}
	return f
}

// pluralAt reports whether the lower-case letter at i is the plural s of an
// abbreviation in capitals, as in JWTs.
func pluralAt(name string, i int) bool {
	return name[i] == 's' && (i+1 == len(name) || !isLower(name[i+1]))
}

func isUpper(c byte) bool { return 'A' <= c && c <= 'Z' }
func isLower(c byte) bool { return 'a' <= c && c <= 'z' }
func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// hides reports whether a value under such a name is a credential.
func (s secrecy) hides(value string) bool {
	if value == "" || strings.HasPrefix(value, Mark) {
		return false
	}
	switch s {
	case always:
		return true
	case unlessWord:
		return !plainWord(value)
	case ifRandom:
		return random(value)
	case ifDigits:
		const fewest, most = 3, 12
		return fewest <= len(value) && len(value) <= most && allDigits(value)
	}
	return false
}

// plainWord reports whether a value is a few words or a short number, which is
// not a credential if the name is ambiguous.
func plainWord(value string) bool {
	const maxLength, shortNumber = 32, 5
	if allDigits(value) {
		return len(value) <= shortNumber
	}
	humps := 0
	for i := range len(value) {
		c := value[i]
		if isDigit(c) {
			return false
		}
		if i > 0 && isUpper(c) && isLower(value[i-1]) {
			humps++
		}
	}
	return len(value) <= maxLength && humps < 2
}

// random reports whether a value is long and looks random: letters and digits
// without a word or a date among them.
func random(value string) bool {
	const minLength = 20
	if len(value) < minLength {
		return false
	}
	var seen [256]bool
	letters, digits, different := 0, 0, 0
	for i := range len(value) {
		c := value[i]
		switch {
		case isDigit(c):
			digits++
		case isUpper(c), isLower(c):
			letters++
		case !strings.ContainsRune("-_+/=~", rune(c)):
			return false
		}
		if !seen[c] {
			seen[c] = true
			different++
		}
	}
	return letters > 0 && digits > 1 && different >= 10 && !isUUID(value)
}

// isUUID reports whether a value has the form of a UUID, which many ids have.
func isUUID(value string) bool {
	if len(value) != 36 {
		return false
	}
	for i := range len(value) {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (value[i] == '-') {
			return false
		}
	}
	return true
}

// isDescribed reports whether a member describes a credential beside it.
func isDescribed(name string) bool {
	f := fold(name)
	return f.length > 0 && described[string(f.letters[f.lastWord():f.length])]
}
