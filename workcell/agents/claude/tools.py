"""Names of the tools of Claude Code, 2.1.328 and before; a server of MCP adds others, which begin with mcp__."""

_WORDS = """
    Agent Artifact AskUserQuestion Bash BashOutput Brief Config CronCreate CronDelete CronList DesignSync Edit
    EnterPlanMode EnterWorktree ExitPlanMode ExitWorktree Glob Grep KillBash KillShell LS LSP ListAgents
    ListMcpResources ListMcpResourcesTool Monitor MultiEdit NotebookEdit NotebookRead PowerShell PushNotification REPL
    Read ReadMcpResource ReadMcpResourceTool RemoteTrigger ReportFindings ScheduleWakeup SendMessage SendUserMessage
    Skill SlashCommand Sleep StructuredOutput Task TaskCreate TaskGet TaskList TaskOutput TaskStop TaskUpdate TeamCreate
    TeamDelete TodoRead TodoWrite ToolSearch WaitForMcpServers WebFetch WebSearch Workflow Write
    """
NAMES: tuple[str, ...] = tuple(_WORDS.split())
