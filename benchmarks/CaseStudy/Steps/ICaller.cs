using OptimizeAndServe.World;

namespace CaseStudy.Steps;

/// <summary>One caller of a step; one thread at a time.</summary>
internal interface ICaller : IDisposable
{
    /// <summary>Answers a request: takes its values over into tensors, runs, copies the scores out.</summary>
    /// <param name="request">The user and the items.</param>
    /// <param name="scores">Receives one score for each item.</param>
    void Run(ClickRequest request, Span<float> scores);
}
