namespace Inference.Monitoring;

/// <summary>Makes the stores of models whose options name none; registered as a service.</summary>
public interface IFeedbackStoreProvider
{
    /// <summary>Makes the store of a model. Must neither read nor write: that is done by <see cref="IFeedbackStore.OpenAsync"/>.</summary>
    IFeedbackStore Create(ModelInfo model);
}
