namespace Inference.TestSupport;

/// <summary>A fact about links or pipes in the file system; skipped, with the reason, on Windows, where making them needs a privilege.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class UnixFactAttribute : FactAttribute
{
    /// <summary>Creates the attribute.</summary>
    public UnixFactAttribute()
    {
        if (OperatingSystem.IsWindows())
        {
            Skip = "Making symbolic links and named pipes needs a privilege on Windows.";
        }
    }
}
