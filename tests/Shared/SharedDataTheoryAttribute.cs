namespace Inference.TestSupport;

/// <summary>A theory that needs the shared test data; skipped, with the reason, where it is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SharedDataTheoryAttribute : TheoryAttribute
{
    /// <summary>Creates the attribute.</summary>
    /// <param name="relativePath">The file or folder below the shared folder that the test reads; empty for the folder itself.</param>
    public SharedDataTheoryAttribute(string relativePath = "")
    {
        RelativePath = relativePath;
        if (TestData.SkipReason(relativePath) is { } reason)
        {
            Skip = reason;
        }
    }

    /// <summary>The file or folder below the shared folder that the test reads.</summary>
    public string RelativePath { get; }
}
