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
    public void Find_AFolderThatIsNotThere_SaysSo() =>
        Assert.Contains("no such folder", Assert.Throws<InferenceException>(() => ModelTest.Find(["no/such/folder"])).Message, StringComparison.Ordinal);

    private static TestResult[] Run(string folder, double? rtol, double? atol) =>
        [.. ModelTest.Find([folder]).Select(t => t.Run(ModelLoader.Default, new(), rtol, atol, TimeSpan.FromMinutes(1)))];
}
