using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Text;

public sealed class TextTests
{
    [Fact]
    public void Concat_Broadcasts() => Same(["ax", "bx"], [2], Run("StringConcat", [T(["a", "b"]), S("x")]));

    [Fact]
    public void Split_SeparatesByTextOrWhiteSpace()
    {
        EngineValue?[] y = RunAll("StringSplit", [T(["a.b.c", "", "d"])], [("delimiter", ".")], 2);
        Same(["a", "b", "c", "", "", "", "d", "", ""], [3, 3], (Tensor)y[0]!);
        Same<long>([3, 0, 1], [3], (Tensor)y[1]!);
        y = RunAll("StringSplit", [T(["  a  b c "])], [("maxsplit", 1L)], 2);
        Same(["a", "b c"], [1, 2], (Tensor)y[0]!);
    }

    [Fact]
    public void Normalizer_DropsStopWords_AndChangesCase()
    {
        (string, object)[] attributes = [("stopwords", new[] { "the" }), ("case_change_action", "UPPER")];
        Same(["CAT"], [1], (Tensor)RunAll("StringNormalizer", [T(["The", "cat"])], attributes)[0]!);
        Same([""], [1, 1], (Tensor)RunAll("StringNormalizer", [T(["THE"], 1, 1)], attributes)[0]!);
    }

    [Theory]
    [InlineData(@"\w+@(a|b)\.com", "x_1@b.com", true)]
    [InlineData(@"\w+@(a|b)\.com", "x@b.com!", false)]
    [InlineData(@"[[:alpha:]\d]*", "ab12", true)]
    [InlineData(@"(?P<year>\d{4})", "2024", true)]
    [InlineData(@"\w", "é", false)]
    [InlineData(@"\Qa.b\E+", "a.bb", true)]
    [InlineData(@"\pL+", "naïve", true)]
    [InlineData(@"[\PL]+", "1😀", true)]
    [InlineData(@"[[:^alpha:]]", "é", true)]
    [InlineData(@"[[:]", ":", true)]
    [InlineData(@"[\D]", "٣", true)]
    [InlineData(".", "😀", true)]
    [InlineData("..", "😀", false)]
    [InlineData("[^a]", "😀", true)]
    [InlineData("😀+", "😀😀", true)]
    [InlineData("[😀-😎]", "😃", true)]
    [InlineData("[\U0001F3FF-\U0001F600]", "😀", true)]
    [InlineData(@"\x{1F600}", "😀", true)]
    [InlineData("a$", "a\n", false)]
    [InlineData("(?m)a$\n", "a\n", true)]
    [InlineData("(?:(?s).).", "\nb", true)]
    [InlineData("(?:(?s)a).", "a\n", false)]
    public void RegexFullMatch_KnowsRe2sSyntax(string pattern, string text, bool expected) => Same([expected], [1], Run("RegexFullMatch", [T([text])], ("pattern", pattern)));

    [Fact]
    public void RegexFullMatch_OfABadPattern_IsAnError() => Assert.Throws<ModelLoadException>(() => Run("RegexFullMatch", [T(["a"])], ("pattern", "(")));

    [Theory]
    [InlineData("TF", new[] { 2f, 1 })]
    [InlineData("IDF", new[] { 3f, 5 })]
    [InlineData("TFIDF", new[] { 6f, 5 })]
    public void TfIdf_CountsAndWeighs(string mode, float[] expected)
    {
        (string, object)[] attributes =
        [
            ("mode", mode), ("min_gram_length", 1L), ("max_gram_length", 2L), ("max_skip_count", 1L), ("ngram_counts", new long[] { 0, 1 }), ("ngram_indexes", new long[] { 0, 1 }),
            ("pool_strings", new[] { "a", "a", "b" }), ("weights", new float[] { 3, 5 }),
        ];

        // "a" twice; "a b" once, with "c" left out.
        Near(expected, [2], (Tensor)RunAll("TfIdfVectorizer", [T(["a", "c", "b", "a"])], attributes, 1, 9)[0]!);
    }

    [Theory]
    [InlineData("IDF", new[] { 5f, 3 })]
    [InlineData("TFIDF", new[] { 5f, 6 })]
    public void TfIdf_Weights_AreThoseOfThePoolsOrder(string mode, float[] expected)
    {
        (string, object)[] attributes =
        [
            ("mode", mode), ("min_gram_length", 1L), ("max_gram_length", 1L), ("max_skip_count", 0L), ("ngram_counts", new long[] { 0 }), ("ngram_indexes", new long[] { 1, 0 }),
            ("pool_strings", new[] { "a", "b" }), ("weights", new float[] { 3, 5 }),
        ];
        Near(expected, [2], (Tensor)RunAll("TfIdfVectorizer", [T(["a", "b", "a"])], attributes, 1, 9)[0]!);
    }
}
