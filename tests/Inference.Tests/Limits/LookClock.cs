namespace Inference.Tests.Limits;

/// <summary>A clock driven by looks: each moves it on by a millisecond.</summary>
internal sealed class LookClock : TimeProvider
{
    private long _looks;

    public long Looks => Volatile.Read(ref _looks);

    public override long TimestampFrequency => 1000;

    public override long GetTimestamp() => Interlocked.Increment(ref _looks);
}
