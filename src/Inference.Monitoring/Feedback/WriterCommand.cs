namespace Inference.Monitoring.Feedback;

/// <summary>Something that the writer does between writes.</summary>
internal abstract class WriterCommand
{
    public abstract Task RunAsync();

    public abstract void Cancel();
}

