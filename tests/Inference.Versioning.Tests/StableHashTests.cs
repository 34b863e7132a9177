using Inference.Versioning.Routing;

namespace Inference.Versioning.Tests;

public sealed class StableHashTests
{
    /// <summary>Computed by another implementation (see the README): these never change, or users would move between versions on an upgrade.</summary>
    [Theory]
    [InlineData("", "", 0x25FC6DD36CE04B20UL)]
    [InlineData("ranker/2", "user-1", 0xD51CEAD3AC42E1FCUL)]
    [InlineData("ranker/2", "user-2", 0x3824801962FECCB6UL)]
    [InlineData("salt", "ключ🙂", 0x4896208AFC13E2E2UL)]
    public void Compute_KnownKeys_GivesKnownHashes(string salt, string key, ulong expected) => Assert.Equal(expected, StableHash.Compute(salt, key));

    [Fact]
    public void Share_ManyKeys_IsUniformAndIndependentOfAnotherSalt()
    {
        int both = 0;
        int first = 0;
        const int keys = 100_000;
        for (int i = 0; i < keys; i++)
        {
            bool a = StableHash.Share("a", "user-" + i) < 0.1;
            bool b = StableHash.Share("b", "user-" + i) < 0.1;
            first += a ? 1 : 0;
            both += a && b ? 1 : 0;
        }

        Assert.InRange(first, 9_500, 10_500);
        Assert.InRange(both, 850, 1_150);
    }

    [Fact]
    public void Compute_LongKeys_AreHashedWhole()
    {
        string longKey = new('x', 5_000);
        Assert.NotEqual(StableHash.Compute("s", longKey), StableHash.Compute("s", longKey + "y"));
    }
}
