namespace Inference.Cli.Running;

/// <summary>Exit codes that scripts depend on.</summary>
internal static class ExitCodes
{
    public const int Done = 0;
    public const int Failed = 1;
    public const int BoundNotMet = 2;
    public const int Unsupported = 3;
    public const int Usage = 64;
}
