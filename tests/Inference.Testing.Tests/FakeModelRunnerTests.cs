namespace Inference.Testing.Tests;

/// <summary>A signature and a function.</summary>
public sealed class FakeModelRunnerTests
{
    private static FakeModelRunner Ranker() => new("ranker", "features: float32[N,2], user: int64[N]", "score: float32[N]",
        inputs => new NamedValues { ["score"] = TensorValue.From(Enumerable.Range(0, (int)inputs["user"].Shape[0]).Select(i => inputs["features"].Row<float>(i)[0]).ToArray()) });

    [Fact]
    public async Task Call_ThatFits_IsAnsweredByTheFunction()
    {
        using FakeModelRunner runner = Ranker();
        var context = new RunContext { Tenant = "t" };
        using var inputs = new NamedValues { ["features"] = TensorValue.FromRows<float>([[1, 2], [3, 4]]), ["user"] = TensorValue.From([7L, 8L]) };
        using NamedValues outputs = await runner.RunAsync(inputs, context);
        Assert.Equal([1f, 3f], outputs["score"].AsSpan<float>().ToArray());
        Assert.Same(context, Assert.Single(runner.Calls));
        Assert.Equal("features: float32[N,2]", runner.Info.Inputs[0].ToString());
    }

    [Fact]
    public void Call_ThatDoesNotFit_IsRefusedWithTheInput()
    {
        using FakeModelRunner runner = Ranker();
        Check("features", "Model 'ranker', input 'features': expected float32[N,2], got float32[1,3].", new() { ["features"] = TensorValue.FromRows<float>([[1, 2, 3]]), ["user"] = TensorValue.From([7L]) });
        Check("user", "Model 'ranker', input 'user': expected int64[N], got int64[2].", new() { ["features"] = TensorValue.FromRows<float>([[1, 2]]), ["user"] = TensorValue.From([7L, 8L]) });
        Check("user", "Model 'ranker', input 'user': expected int64[N], got int32[1].", new() { ["features"] = TensorValue.FromRows<float>([[1, 2]]), ["user"] = TensorValue.From([7]) });
        Check("user", "Model 'ranker', input 'user': expected int64[N], got none.", new() { ["features"] = TensorValue.FromRows<float>([[1, 2]]) });
        Check("item", "Model 'ranker', input 'item': expected one of the inputs 'features', 'user', got 'item'.", new() { ["item"] = TensorValue.From([7]) });
        Assert.Empty(runner.Calls);

        void Check(string input, string expected, NamedValues inputs)
        {
            using (inputs)
            {
                InvalidInputException error = Assert.Throws<InvalidInputException>(() => runner.Run(inputs));
                Assert.Equal(input, error.Input);
                Assert.StartsWith(expected, error.Message, StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("x")]
    [InlineData("x: float31[N]")]
    [InlineData("x: float32[N")]
    [InlineData(": float32")]
    public void Ports_ThatCannotBeRead_AreNamed(string ports) =>
        Assert.StartsWith("Expected ports such as 'x: float32[N,64], y: int64[N]', got '", Assert.Throws<FormatException>(() => new FakeModelRunner("m", ports, "", i => i)).Message, StringComparison.Ordinal);

    [Fact]
    public void Ports_OfAllForms_AreRead()
    {
        using var runner = new FakeModelRunner("m", "a:0: float32[?, 3], b: string, c: int64[], d: float16[...]", "", i => i);
        Assert.Equal("a:0: float32[?,3]|b: string[...]|c: int64[]|d: float16[...]", string.Join("|", runner.Info.Inputs));
    }

    [Fact]
    public void Call_AfterDispose_Throws()
    {
        FakeModelRunner runner = Ranker();
        runner.Dispose();
        Assert.True(runner.IsDisposed);
        Assert.Throws<ObjectDisposedException>(() => runner.Run(new NamedValues()));
    }
}
