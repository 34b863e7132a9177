using Inference.Decisions;

namespace Inference.Abstractions.Tests.Decisions;

public sealed class DecisionTests
{
    private static readonly DateTimeOffset s_at = new(2026, 3, 1, 12, 0, 0, TimeSpan.FromHours(2));

    /// <summary>The form is fixed: another program computes this with: printf '…' | sha256sum.</summary>
    [Fact]
    public void Hash_OfTheFormInTheRemarks()
    {
        Decision decision = Make().After(null);
        string text = $"{Decision.NoPrevious}\nsequence 1\nat 2026-03-01T10:00:00.0000000Z\naction 7 promote\nversion 1 2\nfrom 1 1\nactor 4 änn\nreason 6 faster\nfact 1 a 1 x\nfact 2 ab 2 é\n";
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text))), decision.Hash);
        Assert.Equal(decision.Hash, Decision.ComputeHash(decision));
        Assert.Null(Decision.WhyNotAfter(null, decision));
    }

    [Fact]
    public void Hash_ChangesWithEveryPart()
    {
        Decision first = Make().After(null);
        Decision[] others =
        [
            Make(at: s_at.AddTicks(1)).After(null), Make(action: "label").After(null), Make(version: "3").After(null), Make(from: null).After(null), Make(from: "").After(null),
            Make(actor: "bob").After(null), Make(reason: "slower").After(null), Make(facts: new() { ["a"] = "xab", ["b"] = "é" }).After(null), Make(facts: []).After(null),
            Make().After(first), Make(version: "2\nfrom 1 1", from: null).After(null),
        ];
        Assert.Equal(others.Length + 1, others.Append(first).Select(d => d.Hash).Distinct().Count());
        Assert.Equal(first.Hash, Make(at: s_at.ToUniversalTime(), facts: new() { ["ab"] = "é", ["a"] = "x" }).After(null).Hash);
    }

    [Fact]
    public void Chain_SaysWhatDoesNotFollow()
    {
        Decision first = Make().After(null);
        Decision second = Make(version: "3").After(first);
        Assert.Null(Decision.WhyNotAfter(first, second));
        Assert.Equal("expected sequence 1, got 2", Decision.WhyNotAfter(null, second));
        Assert.Equal("expected sequence 3, got 2", Decision.WhyNotAfter(second, second));
        Decision other = Make(reason: "other").After(null);
        Assert.Equal($"expected the hash {other.Hash} of the previous record, got '{first.Hash}'", Decision.WhyNotAfter(other, second));
        var changed = new Decision
        {
            Sequence = 1, At = s_at, Action = "promote", Version = "9", Actor = "ann", Reason = "x", Previous = Decision.NoPrevious, Hash = first.Hash,
        };
        Assert.StartsWith("expected the hash ", Decision.WhyNotAfter(null, changed), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_WithoutBytes_HasNoHash()
    {
        Assert.Throws<ArgumentException>(() => Make(reason: "half \ud800").After(null));
        Assert.Throws<ArgumentException>(() => Make(facts: new() { ["a"] = null! }).After(null));
        Assert.Throws<ArgumentException>(() => Make(reason: null!).After(null));
        var bad = new Decision { At = s_at, Action = null!, Version = "", Actor = "", Reason = "", Facts = null! };
        Assert.NotNull(Decision.WhyNotWhole(bad));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("a\nb")]
    [InlineData("a\0")]
    [InlineData("a\u001b[2J")]
    [InlineData("a\u2028b")]
    [InlineData("a\u202eb")]
    [InlineData("policy")]
    [InlineData("sequential test")]
    [InlineData("store ")]
    public void Actor_ThatLogsMustNotHave_IsRefused(string actor) => Assert.ThrowsAny<ArgumentException>(() => DecisionActors.Require(actor));

    [Fact]
    public void ActorAndReason_HaveBounds()
    {
        DecisionActors.Require(new string('a', DecisionActors.LongestActor));
        DecisionActors.RequireReason(new string('r', DecisionActors.LongestReason));
        DecisionActors.Require("Jürgen 😀 <j@example.org>");
        Assert.Contains("of at most 128 characters, got 129", Assert.Throws<ArgumentException>(() => DecisionActors.Require(new string('a', 129))).Message);
        Assert.Contains("of at most 1024 characters, got 1025", Assert.Throws<ArgumentException>(() => DecisionActors.RequireReason(new string('a', 1025))).Message);
        Assert.Contains("got U+0007 at index 1", Assert.Throws<ArgumentException>(() => DecisionActors.RequireReason("a\a")).Message);
        Assert.Throws<ArgumentException>(() => DecisionActors.RequireReason(null!));
        Assert.Throws<ArgumentException>(() => DecisionActors.RequireReason("half a pair: \ud83d"));
    }

    private static Decision Make(
        DateTimeOffset? at = null, string action = "promote", string version = "2", string? from = "1", string actor = "änn", string reason = "faster", Dictionary<string, string>? facts = null) => new()
        {
            At = at ?? s_at,
            Action = action,
            Version = version,
            From = from,
            Actor = actor,
            Reason = reason,
            Facts = facts ?? new() { ["ab"] = "é", ["a"] = "x" },
        };
}
