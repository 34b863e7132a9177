using Inference.Rows;
using Inference.TestSupport;

namespace Inference.Caching.Tests;

/// <summary>Tenants and texts are told apart as they are, unpaired surrogates included, and the memory that tenants' names take is bounded.</summary>
public sealed class TenantNameTests : SecondLevelTest
{
    private static readonly string[] s_alike = ["\uD801", "\uD802", "\uFFFD", "\uDC01", "?", "\uD801\uDC01", "", "\0"];

    [Fact]
    public async Task Tenants_AlikeInUtf8_ShareNoRow()
    {
        using CachingFixture one = Open();
        for (int i = 0; i < s_alike.Length; i++)
        {
            await one.Call(1, new RunContext { Tenant = s_alike[i] });
            Assert.Equal(i + 1, one.Model.Calls);
            await Eventually.TrueAsync(() => Cache.Rows == i + 1);
        }

        using CachingFixture two = Open();
        foreach (string tenant in s_alike)
        {
            await two.Call(1, new RunContext { Tenant = tenant });
        }

        Assert.Equal((0, s_alike.Length), (two.Model.Calls, Second("hit")));
    }

    [Fact]
    public async Task Erased_TenantAlikeInUtf8_KeepsItsRows()
    {
        using CachingFixture one = Open();
        await one.Call(1, new RunContext { Tenant = "\uD801" });
        await Eventually.TrueAsync(() => Cache.Rows == 1);
        Assert.True(await one.Control.EraseTenantAsync("\uD802"));
        using CachingFixture two = Open();
        await two.Call(1, new RunContext { Tenant = "\uD801" });
        Assert.Equal(0, two.Model.Calls);
    }

    [Fact]
    public async Task Texts_AlikeInUtf8_ShareNoRow()
    {
        ModelInfo info = FakeModel.Info(Model) with
        {
            Inputs = [new ModelPort("x", ModelValueType.Tensor(ElementType.String, [Dimension.Named("N"), Dimension.Fixed(1)]))],
            Outputs = [new ModelPort("y", ModelValueType.Tensor(ElementType.String, [Dimension.Named("N"), Dimension.Fixed(1)]))],
        };
        for (int process = 0; process < 2; process++)
        {
            var model = new FakeRunner(info, inputs => new NamedValues { ["y"] = TensorValue.Copy<string>([inputs["x"].AsSpan<string>()[0]], [1, 1]) });
            using CachingFixture f = Open(model: model);
            for (int round = 0; round < 2; round++)
            {
                foreach (string text in s_alike)
                {
                    using var inputs = new NamedValues { ["x"] = TensorValue.Copy<string>([text], [1, 1]) };
                    using NamedValues outputs = await f.Runner.RunAsync(inputs);
                    Assert.Equal(text, outputs["y"].AsSpan<string>()[0]);
                }
            }

            // The second process finds all of them in the second level.
            Assert.Equal(process == 0 ? s_alike.Length : 0, model.Calls);
            await Eventually.TrueAsync(() => Cache.Rows == s_alike.Length);
        }
    }

    [Fact]
    public void RowHash_TextsAlikeInUtf8_Differ()
    {
        using TensorValue rows = TensorValue.Copy<string>(s_alike, [s_alike.Length, 1]);
        Assert.Equal(s_alike.Length, Enumerable.Range(0, s_alike.Length).Select(i => RowHash.Of(rows, i)).Distinct().Count());
    }

    [Fact]
    public async Task Names_AreCountedInTheBytes()
    {
        const int Bound = 1 << 20;
        using var f = new CachingFixture(o => o.MaxBytes = Bound);
        for (int i = 0; i < 5000; i++)
        {
            await f.Call(1, new RunContext { Tenant = new string('t', 1000) + i });
        }

        Assert.InRange(f.Control.Statistics.Bytes, 1, Bound);
        Assert.InRange(f.Control.Statistics.Entries * 2000, 1, Bound);
    }

    [Fact]
    public async Task Names_BeyondTheLongest_RunWithoutTheCache()
    {
        using CachingFixture f = Open();
        foreach ((int length, int calls) in new[] { (1024, 1), (1024, 1), (1025, 2), (1025, 3) })
        {
            Assert.Equal(CachingFixture.Expected(1), await f.Call(1, new RunContext { Tenant = new string('t', length) }));
            Assert.Equal(calls, f.Model.Calls);
        }

        Assert.Equal(1, f.Control.Statistics.Entries);
        await Eventually.TrueAsync(() => Cache.Rows == 1);
    }
}
