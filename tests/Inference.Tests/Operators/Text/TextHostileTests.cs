using static Inference.Tests.Operators.OperatorHarness;

namespace Inference.Tests.Operators.Text;

/// <summary>Counts out of range and patterns that are none are refused.</summary>
public sealed class TextHostileTests
{
    [Theory]
    [InlineData("min_gram_length", 1L << 40)]
    [InlineData("max_gram_length", 1L << 40)]
    [InlineData("max_skip_count", -1L)]
    [InlineData("max_skip_count", 1L << 40)]
    public void TfIdf_CountsOutOfRange_AreRefused(string name, long value) => Refused(
        "expected 1 ≤ min_gram_length", "TfIdfVectorizer", [T<long>([1])], [.. Grams([0]).Where(a => a.Name != name), (name, value)]);

    [Theory]
    [InlineData(-1L)]
    [InlineData(1L << 31)]
    [InlineData(long.MinValue)]
    public void TfIdf_ColumnOutOfRange_IsRefused(long column) => Refused("attribute 'ngram_indexes': expected", "TfIdfVectorizer", [T<long>([1])], Grams([column]));

    [Fact]
    public void StringSplit_NegativeCount_IsRefused() => Refused("attribute 'maxsplit': expected 0 or more, got -5", "StringSplit", [T(["a b"])], [("maxsplit", -5L)], 2);

    [Theory]
    [InlineData("(((")]
    [InlineData("[[:none:]]")]
    [InlineData("[a")]
    [InlineData("[b-a]")]
    [InlineData("\\x{110000}")]
    [InlineData("\\p{L")]
    [InlineData("(?U)a*")]
    [InlineData("\\C")]
    [InlineData("[^😀]")]
    [InlineData("(a)\\1")]
    public void RegexFullMatch_PatternThatIsNone_IsRefusedWithoutAnInnerException(string pattern)
    {
        var error = Assert.Throws<ModelLoadException>(() => Run("RegexFullMatch", [T(["a"])], ("pattern", pattern)));
        Assert.Contains("attribute 'pattern': expected a regular expression", error.Message, StringComparison.Ordinal);
        Assert.Null(error.InnerException);
    }

    private static (string Name, object Value)[] Grams(long[] columns) =>
    [
        ("min_gram_length", 1L), ("max_gram_length", 1L), ("max_skip_count", 0L), ("mode", "TF"), ("ngram_counts", new long[] { 0 }), ("ngram_indexes", columns), ("pool_int64s", new long[] { 1 }),
    ];
}
