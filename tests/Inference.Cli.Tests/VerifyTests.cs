using Inference.Cli.Verification;
using Inference.TestSupport;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Cli.Tests;

public sealed class VerifyTests
{
    private const double ConformanceShare = 0.97;

    [SharedDataFact("models")]
    public void Verify_EveryRealModel_Passes() =>
        Assert.Empty(Run(TestData.Path("models"), null, null).Where(r => r.Status != "pass").Select(r => $"{r.Name}: {r.Reason}"));

    [SharedDataFact("models")]
    public void Verify_QuantizedModelsTightly_Passes()
    {
        TestResult[] results = [.. ModelTest.Find([TestData.Path("models")]).Where(t => t.Name.StartsWith('q')).Select(t => t.Run(ModelLoader.Default, new(), 1e-4, 1e-4, TimeSpan.FromMinutes(1)))];
        Assert.Equal(7, results.Length);
        Assert.True(results.Count(r => r.Status == "pass") >= 5, string.Join("; ", results.Where(r => r.Status != "pass").Select(r => $"{r.Name}: {r.Reason}")));
    }

    [SharedDataFact("conformance/node")]
    public void Verify_TheStandardsNodeTests_PassesTheShareStated()
    {
        TestResult[] results = Run(TestData.Path("conformance", "node"), null, null);
        TestResult[] whole = [.. results.Where(r => !r.Name.Contains("_expanded", StringComparison.Ordinal))];
        string failures = string.Join(", ", results.Where(r => r.Status != "pass").Select(r => r.Name));
        Assert.True(results.Count(r => r.Status == "pass") >= ConformanceShare * results.Length, failures);
        Assert.True(whole.Count(r => r.Status == "pass") >= ConformanceShare * whole.Length, failures);
    }

    [Fact]
    public void Compare_BeyondTheTolerance_NamesTheElement()
    {
        using TensorValue got = TensorValue.Copy<float>([1f, 2.1f], [2]);
        using TensorValue want = TensorValue.Copy<float>([1f, 2f], [2]);
        Assert.StartsWith("element 1: expected 2, got 2.1", ValueComparer.Difference(got, want, new(1e-3, 1e-6, null)), StringComparison.Ordinal);
        Assert.Null(ValueComparer.Difference(got, want, new(0.1, 0, null)));
        Assert.NotNull(ValueComparer.Difference(got, want, new(0.1, 0, 1e-4)));
    }

    [Fact]
    public void Compare_Maps_IgnoresTheOrderOfKeys()
    {
        using MapValue want = Map(["a", "b"], [1f, 2f]);
        using MapValue turned = Map(["b", "a"], [2f, 1f]);
        using MapValue other = Map(["b", "a"], [1f, 2f]);
        using MapValue foreign = Map(["b", "c"], [2f, 1f]);
        using MapValue fewer = Map(["b"], [2f]);
        using MapValue twice = Map(["a", "a"], [1f, 1f]);
        Assert.Null(ValueComparer.Difference(turned, want, new(1e-3, 1e-6, null)));
        Assert.StartsWith("element 0: expected 1, got 2", ValueComparer.Difference(other, want, new(1e-3, 1e-6, null)), StringComparison.Ordinal);
        Assert.Equal("expected the key 'a', got none", ValueComparer.Difference(foreign, want, new(1e-3, 1e-6, null)));
        Assert.Equal("expected 2 keys, got 1", ValueComparer.Difference(fewer, want, new(1e-3, 1e-6, null)));
        Assert.Equal("expected each key once, got 'a' twice", ValueComparer.Difference(twice, want, new(1e-3, 1e-6, null)));
    }

    [Fact]
    public void Compare_MapsOfTexts_NamesTheKey()
    {
        using var want = new MapValue(TensorValue.Copy<long>([1, 2], [2]), TensorValue.Copy<string>(["x", "y"], [2]));
        using var got = new MapValue(TensorValue.Copy<long>([2, 1], [2]), TensorValue.Copy<string>(["y", "z"], [2]));
        Assert.Equal("key '1': expected 'x', got 'z'", ValueComparer.Difference(got, want, new(1e-3, 1e-6, null)));
    }

    [Fact]
    public void Find_AFolderThatIsNotThere_SaysSo() =>
        Assert.Contains("no such folder", Assert.Throws<InferenceException>(() => ModelTest.Find(["no/such/folder"])).Message, StringComparison.Ordinal);

    private static MapValue Map(string[] keys, float[] values) => new(TensorValue.Copy<string>(keys, [keys.Length]), TensorValue.Copy<float>(values, [values.Length]));

    private static TestResult[] Run(string folder, double? rtol, double? atol) =>
        [.. ModelTest.Find([folder]).Select(t => t.Run(ModelLoader.Default, new(), rtol, atol, TimeSpan.FromMinutes(1)))];
}
