using Inference;
using Inference.Caching;
using Inference.Status;

namespace CaseStudy.Steps;

/// <summary>One step of the study: how requests are answered with everything up to it.</summary>
/// <param name="name">A short name.</param>
/// <param name="what">What it changes, in one sentence.</param>
/// <param name="runner">Answers; disposed with the step.</param>
/// <param name="newCaller">Makes a caller.</param>
internal sealed class Step(string name, string what, IModelRunner runner, Func<ICaller> newCaller) : IDisposable
{
    public string Name => name;

    public string What => what;

    public IModelRunner Runner => runner;

    /// <summary>The feature cache; null where there is none.</summary>
    public ICacheControl? Cache => runner.GetService<ICacheControl>();

    public ICaller NewCaller() => newCaller();

    public void Dispose() => runner.Dispose();
}
