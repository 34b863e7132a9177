namespace Inference.Tests.Operators;

/// <summary>Runs that are refused, by name, each with what the message says.</summary>
internal sealed class RefusalCases : Dictionary<string, (Action Run, string Says)>
{
    public TheoryData<string> Names => [.. Keys];

    /// <summary>Asserts that a run is refused with its sentence, by an error of its own.</summary>
    public void AssertRefused(string name)
    {
        (Action run, string says) = this[name];
        var error = Assert.ThrowsAny<InferenceException>(run);
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
        Assert.Null(error.InnerException);
    }
}
