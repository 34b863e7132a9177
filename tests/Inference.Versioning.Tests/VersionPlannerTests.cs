using FsCheck;
using FsCheck.Fluent;

namespace Inference.Versioning.Tests;

public sealed class VersionPlannerTests
{
    [Fact]
    public void VersionName_IsATotalOrderThatCountsNumbers()
    {
        string[] names = ["1", "2", "10", "1.9", "1.10", "v1", "v2", "01", "2024-01-02", "a", "", "1a"];
        foreach (string a in names)
        {
            foreach (string b in names)
            {
                Assert.Equal(-Math.Sign(VersionName.Order.Compare(b, a)), Math.Sign(VersionName.Order.Compare(a, b)));
                Assert.Equal(a == b, VersionName.Order.Compare(a, b) == 0);
                foreach (string c in names)
                {
                    if (VersionName.Order.Compare(a, b) <= 0 && VersionName.Order.Compare(b, c) <= 0)
                    {
                        Assert.True(VersionName.Order.Compare(a, c) <= 0, $"'{a}' ≤ '{b}' ≤ '{c}'");
                    }
                }
            }
        }

        Assert.True(VersionName.Order.Compare("2", "10") < 0);
        Assert.True(VersionName.Order.Compare("1.9", "1.10") < 0);
    }

    [Theory]
    [InlineData("1", true)]
    [InlineData("v1.2-rc", true)]
    [InlineData(".staging", false)]
    [InlineData("_old", false)]
    [InlineData("3.tmp", false)]
    [InlineData("3~", false)]
    public void VersionName_StagingNames_AreNoVersions(string name, bool expected) => Assert.Equal(expected, VersionName.IsValid(name));

    [Fact]
    public void Property_Plan_NeverWantsWhatWasTakenBackOrIsTheCanary()
    {
        Gen<int[]> gen = Gen.Choose(0, 1 << 20).Select(seed => new[] { seed });
        Prop.ForAll(gen.ToArbitrary(), seeds =>
        {
            var random = new Random(seeds[0]);
            List<VersionFolder> folders = [.. Enumerable.Range(1, 8).Where(_ => random.Next(2) == 0).Reverse().Select(v => new VersionFolder(v.ToString(), "", "s" + random.Next(2), 1, random.Next(3) == 0 ? ["stable"] : []))];
            var state = new RepositoryState
            {
                Default = random.Next(3) == 0 ? null : random.Next(1, 9).ToString(),
                Decided = random.Next(2) == 0,
                Ceiling = random.Next(2) == 0 ? null : random.Next(1, 9).ToString(),
                Canary = random.Next(3) == 0 ? random.Next(1, 9).ToString() : null,
                Rejected = Enumerable.Range(1, 8).Where(_ => random.Next(4) == 0).ToDictionary(v => v.ToString(), _ => "s0"),
                Previous = [.. Enumerable.Range(1, 8).Where(_ => random.Next(4) == 0).Select(v => v.ToString())],
            };
            var options = new VersioningOptions { Rollout = (RolloutMode)random.Next(3), KeepLatest = random.Next(4) };
            IReadOnlyList<string> candidates = VersionPlanner.DefaultCandidates(options, state, folders);
            bool sane = candidates.Distinct().Count() == candidates.Count
                && candidates.All(c => c != state.Canary && folders.Any(f => f.Version == c && !VersionPlanner.IsRejected(state, f)));
            if (candidates.Count == 0)
            {
                return sane;
            }

            IReadOnlyList<string> canaries = VersionPlanner.CanaryCandidates(options, state, folders, candidates[0]);
            string? canary = canaries.Count > 0 ? canaries[0] : null;
            var keep = VersionPlanner.Keep(options, state, folders, candidates[0], canary);
            return sane
                && canaries.All(c => c != candidates[0] && folders.Any(f => f.Version == c && (c == state.Canary || !VersionPlanner.IsRejected(state, f))))
                && keep.All(k => k.Version != candidates[0] && k.Version != canary && folders.Any(f => f.Version == k.Version))
                && keep.Select(k => k.Version).Distinct().Count() == keep.Count;
        }).QuickCheckThrowOnFailure();
    }
}
