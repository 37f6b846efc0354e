"""Names of the tools of Codex, 0.169.0 and before; its hooks call every shell Bash, and MCP adds mcp__ names."""

_WORDS = """
    Bash apply_patch close_agent exec_command js_repl list_mcp_resources local_shell read_mcp_resource
    request_permissions request_user_input resume_agent send_input shell shell_command spawn_agent tool_search
    update_plan view_image wait_agent web_search write_stdin
    """
NAMES: tuple[str, ...] = tuple(_WORDS.split())
