namespace Inference.Versioning.Folders;

/// <summary>A version's directory exceeds a limit. The version is ignored; the others are not affected.</summary>
/// <param name="message">States what was expected and what was found.</param>
internal sealed class FolderLimitException(string message) : Exception(message);
