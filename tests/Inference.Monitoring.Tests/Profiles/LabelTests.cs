namespace Inference.Monitoring.Tests.Profiles;

public sealed class LabelTests
{
    private const int Count = 1_000;

    [Fact]
    public void Add_IntegersBeyondDoubles_StayApart()
    {
        // Two ids that are one number in double precision; the second is predicted wrong.
        long[] labels = [.. Enumerable.Range(0, Count).Select(static i => 10_000_000_000_000_001 + (i % 3 == 0 ? 1 : 0))];
        ReferenceProfile profile = Profile(TensorValue.Copy<long>([.. labels.Select(static l => l == 10_000_000_000_000_001 ? l : l + 1)], [Count]), TensorValue.Copy<long>(labels, [Count]));
        Assert.Equal(["10000000000000001", "10000000000000002"], profile.LabelClasses);
        Assert.Equal(Enumerable.Range(0, Count).Count(static i => i % 3 != 0), profile.FindColumn("label")!.Positives.ToArray().Sum());
    }

    [Fact]
    public void Add_ClassesAsTexts_AreComparedWithTexts()
    {
        string[] labels = [.. Enumerable.Range(0, Count).Select(static i => i % 2 == 0 ? "cat" : "dog")];
        ReferenceProfile profile = Profile(TensorValue.Copy<string>([.. labels.Select(static (l, i) => i < 100 ? "cat" : l)], [Count]), TensorValue.Copy<string>(labels, [Count]));
        Assert.Equal(950, profile.FindColumn("label")!.Positives.ToArray().Sum());
    }

    private static ReferenceProfile Profile(TensorValue predicted, TensorValue labels)
    {
        using var builder = new ReferenceProfileBuilder();
        using NamedValues inputs = Rows.Inputs(Rows.Normal(new Random(1), Count, 2), 2, "x");
        using var outputs = new NamedValues { ["label"] = predicted };
        using (labels)
        {
            builder.Add(inputs, outputs, labels);
        }

        return builder.Build();
    }
}
