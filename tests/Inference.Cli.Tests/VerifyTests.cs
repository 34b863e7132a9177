using Inference.Cli.Commands;
using Inference.Cli.Running;
using Inference.Cli.Tests.Conformance;
using Inference.Cli.Verification;
using Inference.TestSupport;
using TestData = Inference.TestSupport.TestData;

namespace Inference.Cli.Tests;

public sealed class VerifyTests
{
    private const int ConformanceCases = 1420;

    [SharedDataFact("models")]
    public void Verify_EveryRealModel_Passes() =>
        Assert.Empty(Run(TestData.Path("models"), null, null).Where(r => r.Status != "pass").Select(r => $"{r.Name}: {r.Reason}"));

    [SharedDataFact("models")]
    public void Verify_QuantizedModelsTightly_Passes()
    {
        TestResult[] results = [.. ModelTest.Find([TestData.Path("models")]).Where(t => t.Name.StartsWith('q')).Select(t => t.Run(ModelLoader.Default, new(), 1e-4, 1e-4, TimeSpan.FromMinutes(1)))];
        Assert.Equal(7, results.Length);
        Assert.Empty(results.Where(r => r.Status != "pass").Select(r => $"{r.Name}: {r.Reason}"));
    }

    [SharedDataFact("conformance/node")]
    public void Verify_TheStandardsNodeTests_FailsExactlyWhatIsListed()
    {
        TestResult[] results = Run(TestData.Path("conformance", "node"), null, null);
        Assert.Equal(ConformanceCases, results.Length);
        Assert.Empty(ExpectedFailures.Read("cpu").Differences(results));
    }

    [ListedOnnxRuntimeFact]
    public void Verify_TheStandardsNodeTestsOnOnnxRuntime_FailsExactlyWhatIsListed()
    {
        var expected = ExpectedFailures.Read("onnxruntime");
        TestResult[] results = Run(TestData.Path("conformance", "node"), null, null, Backends.Loader(Backends.OnnxRuntime));
        Assert.Equal(ConformanceCases, results.Length);
        Assert.Empty(expected.Differences(results));
    }

    [Fact]
    public void Differences_EitherWay_AreNamed()
    {
        var expected = ExpectedFailures.Read("cpu");
        TestResult Result(string name, string status, string reason) => new(name, status, reason, 0);
        TestResult[] listed = [Result("test_image_decoder_decode_jpeg2k_rgb", "fail", "no JPEG 2000")];
        TestResult[] random = [.. expected.Names.Except(listed.Select(r => r.Name)).Select(n => Result(n, "pass", ""))];
        Assert.Empty(expected.Differences([.. listed, .. random]));
        Assert.Contains("test_new: is not listed", Assert.Single(expected.Differences([.. listed, .. random, Result("test_new", "fail", "wrong")])), StringComparison.Ordinal);
        Assert.Contains("passes, but is listed", Assert.Single(expected.Differences([listed[0] with { Status = "pass" }, .. random])), StringComparison.Ordinal);
        Assert.Contains("is listed, but there is no such case", Assert.Single(expected.Differences(random)), StringComparison.Ordinal);
        random[0] = Result(random[0].Name, "fail", "test_data_set_0: output 'y': element 3: expected 0, got 1 (atol 1E-06, rtol 0.001)");
        Assert.Empty(expected.Differences([.. listed, .. random]));
        random[0] = Result(random[0].Name, "fail", "test_data_set_0: output 'y': expected shape [10], got [9]");
        Assert.Contains("expected shape [10]", Assert.Single(expected.Differences([.. listed, .. random])), StringComparison.Ordinal);
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

    private static TestResult[] Run(string folder, double? rtol, double? atol, IModelLoader? loader = null) =>
        [.. ModelTest.Find([folder]).Select(t => t.Run(loader ?? Backends.Engine, new(), rtol, atol, TimeSpan.FromMinutes(1)))];
}
