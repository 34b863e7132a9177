using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Inference.Decisions;

namespace Inference.Versioning.Tests;

/// <summary>What follows from decisions: a pure function of the records, and of nothing else.</summary>
public sealed class DecisionFoldTests
{
    [Fact]
    public void Rollback_OfTheDefault_GoesBackAndRejects()
    {
        RepositoryState state = Fold(Default("1"), Default("2"), Promote("3"), Rollback("3", back: "2"));
        Assert.Equal("2", state.Default);
        Assert.True(state.Decided);
        Assert.Equal(["1"], state.Previous);
        Assert.Equal("stamp-3", state.Rejected["3"]);
        Assert.Equal("9", state.Ceiling);
    }

    [Fact]
    public void Promote_ByAPerson_TakesARejectionBack_ByATrial_DoesNot()
    {
        RepositoryState rejected = Fold(Default("1"), Rollback("2"));
        Assert.Empty(DecisionFold.Apply(rejected, Promote("2")).Rejected);
        Assert.True(DecisionFold.Apply(rejected, Promote("2", DecisionActors.Policy)).IsRejected("2", "stamp-2"));
    }

    [Fact]
    public void Canary_ByAPerson_KeepsARejection()
    {
        RepositoryState state = Fold(Default("1"), Rollback("2"), Canary("2", "12.5"));
        Assert.Equal(("2", 12.5), (state.Canary, state.CanaryPercent));
        Assert.True(state.IsRejected("2", "stamp-2"));
        Assert.Null(DecisionFold.Apply(state, Rollback("2")).Canary);
        Assert.Null(DecisionFold.Apply(state, Promote("1")).Canary);
    }

    [Theory]
    [InlineData("NaN")]
    [InlineData("101")]
    [InlineData("-1")]
    [InlineData("1,5")]
    [InlineData("")]
    public void Canary_WithAPercentThatIsNone_ChangesNothing(string percent) => Assert.Null(Fold(Canary("2", percent)).Canary);

    [Fact]
    public void Unknown_ActionsAndVersions_ChangeNothing()
    {
        RepositoryState state = Fold(Default("1"), Canary("2", "5"));
        string before = StateJson.Text(state);
        Assert.Equal(before, StateJson.Text(DecisionFold.Apply(state, Make("moved", "2"))));
        Assert.Equal(before, StateJson.Text(DecisionFold.Apply(state, Make(DecisionActions.Promote, ""))));
        Assert.Equal(before, StateJson.Text(DecisionFold.Apply(state, Make(DecisionActions.Promote, "../x"))));
        Assert.Equal(before, StateJson.Text(DecisionFold.Apply(state, Make(DecisionActions.Checkpoint, "", (DecisionFacts.State, """{"format":1,"previous":null}""")))));
    }

    [Fact]
    public void Previous_Refused_AreBounded()
    {
        RepositoryState state = Fold([.. Enumerable.Range(1, 600).SelectMany(i => new[] { Default($"{i}"), Make(DecisionActions.Refused, $"{i}", (DecisionFacts.Stamp, "s")) })]);
        Assert.Equal(RepositoryState.MostPrevious, state.Previous.Count);
        Assert.Equal("599", state.Previous[^1]);
        Assert.Equal(RepositoryState.MostNames, state.Refused.Count);
        Assert.Contains("600", state.Refused.Keys);
        Assert.DoesNotContain("1", state.Refused.Keys);
    }

    /// <summary>A checkpoint anywhere gives what the records before it give.</summary>
    [Fact]
    public void Property_Checkpoint_CarriesTheState()
    {
        Prop.ForAll(Gen.Choose(0, 1 << 20).Two().ToArbitrary(), pair =>
        {
            Decision[] decisions = Random(pair.Item1, 40);
            int cut = pair.Item2 % 41;
            RepositoryState whole = Fold(decisions);
            Decision checkpoint = Checkpoints.Of(Fold([.. decisions.Take(cut)]), TimeProvider.System, "test");
            return StateJson.Text(whole) == StateJson.Text(Fold([checkpoint, .. decisions.Skip(cut)]))
                && StateJson.Text(whole) == StateJson.Text(Fold([.. decisions.Take(cut), checkpoint, .. decisions.Skip(cut)]));
        }).QuickCheckThrowOnFailure();
    }

    /// <summary>Whatever is in the records: the fold does not throw, stays within its bounds, and what was taken back is given free only by a person's promotion.</summary>
    [Fact]
    public void Property_AnyRecords_AreFoldedWithinBounds()
    {
        Prop.ForAll(Gen.Choose(0, 1 << 20).ToArbitrary(), seed =>
        {
            var state = new RepositoryState();
            foreach (Decision decision in Random(seed, 60))
            {
                RepositoryState next = DecisionFold.Apply(state, decision);
                bool holds = next.IsWhole() && next.Previous.Count <= RepositoryState.MostPrevious && next.Previous.Distinct().Count() == next.Previous.Count
                    && !next.Previous.Contains(next.Default) && next.CanaryPercent is >= 0 and <= 100
                    && state.Rejected.All(r => next.Rejected.ContainsKey(r.Key)
                        || (decision.Action == DecisionActions.Promote && decision.Version == r.Key && !DecisionActors.IsAutomatic(decision.Actor))
                        || decision.Facts.ContainsKey(DecisionFacts.Forget))
                    && StateJson.TryParseState(StateJson.Text(next)) is { } read && StateJson.Text(read) == StateJson.Text(next);
                if (!holds)
                {
                    return false;
                }

                state = next;
            }

            return true;
        }).QuickCheckThrowOnFailure();
    }

    internal static RepositoryState Fold(params Decision[] decisions) => DecisionFold.Apply(new RepositoryState(), decisions);

    internal static Decision Default(string version) => Make(DecisionActions.Default, version, DecisionActors.Policy, null, (DecisionFacts.Stamp, "stamp-" + version));

    internal static Decision Promote(string version, string actor = "ann") => Make(DecisionActions.Promote, version, actor, null, (DecisionFacts.Stamp, "stamp-" + version), (DecisionFacts.Ceiling, "9"));

    internal static Decision Rollback(string version, string? back = null) => back is null
        ? Make(DecisionActions.Rollback, version, (DecisionFacts.Stamp, "stamp-" + version))
        : Make(DecisionActions.Rollback, version, (DecisionFacts.Stamp, "stamp-" + version), (DecisionFacts.Back, back), (DecisionFacts.Ceiling, "9"));

    private static Decision Canary(string version, string percent) => Make(DecisionActions.Canary, version, (DecisionFacts.Percent, percent));

    private static Decision Make(string action, string version, params (string Name, string Value)[] facts) => Make(action, version, "ann", null, facts);

    private static Decision Make(string action, string version, string actor, string? from, params (string Name, string Value)[] facts) => new()
    {
        At = DateTimeOffset.UnixEpoch,
        Action = action,
        Version = version,
        From = from,
        Actor = actor,
        Reason = "test",
        Facts = facts.ToDictionary(f => f.Name, f => f.Value),
    };

    private static Decision[] Random(int seed, int count)
    {
        var random = new Random(seed);
        string[] actions = [DecisionActions.Default, DecisionActions.Promote, DecisionActions.Rollback, DecisionActions.Canary, DecisionActions.Label, DecisionActions.Refused, "later"];
        string[] actors = ["ann", DecisionActors.Policy, DecisionActors.SequentialTest];
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            var facts = new List<(string, string)>();
            void Maybe(string name, string value)
            {
                if (random.Next(3) > 0)
                {
                    facts.Add((name, random.Next(12) == 0 ? "\u0001 nonsense" : value));
                }
            }

            string Version() => random.Next(20) == 0 ? ".hidden" : random.Next(1, 7).ToString(CultureInfo.InvariantCulture);
            string action = actions[random.Next(actions.Length)];
            Maybe(DecisionFacts.Stamp, "stamp-" + random.Next(3));
            Maybe(DecisionFacts.Percent, random.Next(-10, 120).ToString(CultureInfo.InvariantCulture));
            Maybe(DecisionFacts.Label, "label-" + random.Next(3));
            Maybe(DecisionFacts.Ceiling, Version());
            if (action == DecisionActions.Rollback)
            {
                Maybe(DecisionFacts.Back, Version());
            }

            if (random.Next(10) == 0)
            {
                facts.Add((DecisionFacts.Forget, "1\n2\nlabel-1"));
            }

            return Make(action, Version(), actors[random.Next(actors.Length)], random.Next(2) == 0 ? null : Version(), [.. facts]);
        })];
    }
}
