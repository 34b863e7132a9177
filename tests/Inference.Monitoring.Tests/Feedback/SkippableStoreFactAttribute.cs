namespace Inference.Monitoring.Tests.Feedback;

/// <summary>A fact about a store that may not be there; each project says why it is not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class SkippableStoreFactAttribute : FactAttribute
{
    public SkippableStoreFactAttribute()
    {
        if (StoreUnderTest.WhyMissing is { } why)
        {
            Skip = why;
        }
    }
}
