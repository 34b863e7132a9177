namespace Inference.Guarding;

/// <summary>Which edge of a block touches an unreadable page with no byte between.</summary>
public enum GuardPlacement
{
    /// <summary>The last byte lies before the page: reads and writes past the end fault.</summary>
    End,

    /// <summary>The first byte lies behind the page: reads and writes before the start fault.</summary>
    Start,
}
