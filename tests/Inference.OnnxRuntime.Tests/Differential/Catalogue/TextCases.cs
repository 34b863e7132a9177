namespace Inference.OnnxRuntime.Tests.Differential.Catalogue;

/// <summary>Operators of strings and of words.</summary>
internal static class TextCases
{
    private static readonly string[] s_words =
    [
        "", "a", "A", "ab", "aB", "Hello", "world", "the", "The", "THE", "naïve", "Ünïcode", "x1", "42", "-7", "a b", "x\n", "a]", "-", "😀b", "  two  blanks ", "a,b,,c", ",", "日本語", "😀", "e\u0301", "tab\tnew\nline", "Straße",
    ];

    public static IEnumerable<OperatorCases> All =>
    [
        new("StringConcat", static random =>
        {
            long[] shape = random.Shape(0, 3);
            TensorValue whole = random.Words(shape, s_words), part = random.Words(random.BroadcastInto(shape), s_words);
            return (random.Chance(0.5) ? Node(random, "StringConcat", 20).In(whole, false).In(part, false) : Node(random, "StringConcat", 20).In(part, false).In(whole, false)).Out(ElementType.String);
        }),
        new("StringSplit", static random =>
        {
            // Without a delimiter ONNX Runtime separates at blanks alone (docs/differences.md).
            OperatorBuilder builder = Node(random, "StringSplit", 20).In(random.Words(random.Shape(0, 2), [.. s_words.Where(static w => w.IndexOfAny(['\t', '\n']) < 0), "a b c", "1,2,3", " a  b ", "aXbXc", ",,"]), false);
            _ = random.Chance(0.7) ? builder.Attr("delimiter", random.Pick("", " ", ",", "X", ",,", "b", "ï")) : builder;
            return (random.Chance(0.5) ? builder.Attr("maxsplit", random.Int(0, 3)) : builder).Out(ElementType.String).Out(ElementType.Int64);
        }),
        new("RegexFullMatch", static random => Node(random, "RegexFullMatch", 20).In(random.Words(random.Shape(0, 3), s_words), false)
            .Attr("pattern", random.Pick("", ".*", "a.?", "[a-z]+", "(?i)the", "\\d+", "-?\\d+", "\\w*", "(a|b)*", "[^a]*", "[[:alpha:]]+", "\\pL+", "(?s).*", "^a", "b$", "a\\sb", "x{1,2}\\d", ".", "\\S+", "(?P<w>ab)", "\\x61b?",
                "[^\\W\\d]+", "[[:^alpha:]]*", "\\p{Lu}\\p{Ll}+", "\\PL+", "\\p{^L}*", "..", "[\\D]{2}", "[^b]", "[^x][^x]", "😀+", "[😀-😎a]*", "\\x{1F600}", "\\Qa b\\E", "(?s:.)*", "(?i:A)b", "x$|a", "(?m)a$", "[]a]+", "[[:]*", "[^]]+", "[\\]a-]*", "\\Wb?"))
            .Out(ElementType.Bool)),
        new("StringNormalizer", static random =>
        {
            // ONNX Runtime takes cases from the system's locales, of which "C" is always there, for letters of ASCII.
            bool cased = random.Chance(0.6);
            string[] words = cased ? [.. s_words.Where(static w => w.All(char.IsAscii))] : s_words;
            long count = random.Int(1, 6);
            OperatorBuilder builder = Node(random, "StringNormalizer", 18).Fixed().In(random.Words(random.Chance(0.5) ? [count] : [1, count], words), false).Attr("locale", "C");
            builder = cased ? builder.Attr("case_change_action", random.Pick("NONE", "LOWER", "UPPER")).Attr("is_case_sensitive", random.Int(0, 1))
                : (random.Chance(0.5) ? builder.Attr("case_change_action", "NONE") : builder).Attr("is_case_sensitive", 1);
            return (random.Chance(0.6) ? builder.Attr("stopwords", random.Words([random.Int(1, 4)], words).AsSpan<string>().ToArray()) : builder).Out(ElementType.String);
        }),
        new("TfIdfVectorizer", TfIdf),
        new("Tokenizer", Tokenizer, "com.microsoft"),
    ];

    private static OperatorBuilder Node(CaseRandom random, string op, long opset) => new(random, op, opset);

    private static OperatorBuilder TfIdf(CaseRandom random)
    {
        int most = random.Int(1, 3);
        int words = random.Int(2, 5);
        var counts = new List<long>();
        var pool = new List<long>();
        long grams = 0;
        for (int n = 1; n <= most; n++)
        {
            counts.Add(pool.Count);
            var seen = new HashSet<string>();
            for (int i = random.Int(n == most ? 1 : 0, 4); i > 0; i--)
            {
                long[] gram = [.. Enumerable.Range(0, n).Select(_ => (long)random.Int(0, words))];
                if (seen.Add(string.Join(' ', gram)))
                {
                    pool.AddRange(gram);
                    grams++;
                }
            }
        }

        long[] shape = random.Chance(0.5) ? [random.Int(0, 9)] : [random.Int(1, 3), random.Int(0, 9)];
        bool text = random.Chance(0.5);
        ElementType type = random.Pick(ElementType.Int64, ElementType.Int32);
        TensorValue x = text ? random.Words(shape, [.. Enumerable.Range(0, words + 2).Select(static i => $"w{i}")])
            : type == ElementType.Int64 ? random.Ints(shape, 0, words + 1) : TensorValue.Copy(Array.ConvertAll(random.Ints(shape, 0, words + 1).AsSpan<long>().ToArray(), static i => (int)i), shape);
        OperatorBuilder builder = Node(random, "TfIdfVectorizer", 18).In(x, false).Attr("mode", random.Pick("TF", "IDF", "TFIDF")).Attr("max_gram_length", most).Attr("min_gram_length", random.Int(1, most))
            .Attr("max_skip_count", random.Int(0, 3)).Attr("ngram_counts", [.. counts])
            .Attr("ngram_indexes", [.. random.Permutation((int)grams).Select(i => i + (random.Size > 20 ? 2 : 0))]);
        _ = random.Chance(0.5) ? builder.Attr("weights", random.Floats([grams], -2, 2).AsSpan<float>().ToArray()) : builder;
        return (text ? builder.Attr("pool_strings", [.. pool.Select(static i => $"w{i}")]) : builder.Attr("pool_int64s", [.. pool])).Out(ElementType.Float32);
    }

    private static OperatorBuilder Tokenizer(CaseRandom random)
    {
        long[] shape = random.Chance(0.5) ? [random.Int(1, 4)] : [random.Int(1, 3), random.Int(1, 3)];
        OperatorBuilder builder = new OperatorBuilder(random, "Tokenizer", 18, "com.microsoft").In(random.Words(shape, [.. s_words, "a b c", "one two", "x,y z"]), false)
            .Attr("mark", random.Int(0, 1)).Attr("mincharnum", random.Int(1, 3)).Attr("pad_value", random.Pick("#", "", "pad"));
        return (random.Chance(0.6)
            ? builder.Attr("separators", random.Pick<string[]>([""], [" "], [" ", ","], [","], ["b", " "], ["\\s", ","], ["ab", "a"]))
            : builder.Attr("tokenexp", random.Pick("[a-z]+", "\\w+", ".", "\\S+", "[^,]*", "ab|a", "\\d+"))).Out(ElementType.String);
    }
}
