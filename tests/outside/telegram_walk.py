"""A bot written with aiogram, a client that knows nothing of this project. It polls the stand-in for Telegram, greets
with a button, answers the tap, and waits as told when it is asked to slow down.

Run as: python telegram_walk.py <url of the Bot API> <token>
"""

import asyncio
import sys

from aiogram import Bot, Dispatcher, F
from aiogram.client.default import DefaultBotProperties
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramRetryAfter
from aiogram.filters import CommandStart
from aiogram.types import BotCommand, CallbackQuery, InlineKeyboardButton, InlineKeyboardMarkup, Message

dispatcher = Dispatcher()
BUTTON = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Crack it", callback_data="crack")]])


async def patiently(call):
    """Does `call`, and does it again after the time Telegram asks for."""
    while True:
        try:
            return await call()
        except TelegramRetryAfter as wait:
            print(f"asked to wait {wait.retry_after} s", flush=True)
            await asyncio.sleep(wait.retry_after)


@dispatcher.message(CommandStart())
async def greet(message: Message) -> None:
    name = message.from_user.full_name
    await patiently(lambda: message.answer(f"Hello <b>{name}</b>, here is an egg.", reply_markup=BUTTON))


@dispatcher.callback_query(F.data == "crack")
async def crack(query: CallbackQuery) -> None:
    await query.answer("Cracked.")
    await query.message.edit_text("The egg is open.")
    try:
        await query.message.edit_text("The egg is open.")
    except TelegramBadRequest as refused:
        assert "message is not modified" in refused.message, refused.message


@dispatcher.message(F.text == "delete this")
async def delete(message: Message) -> None:
    await message.delete()


async def main(url: str, token: str) -> None:
    session = AiohttpSession(api=TelegramAPIServer.from_base(url))
    bot = Bot(token, session=session, default=DefaultBotProperties(parse_mode="HTML"))
    me = await bot.get_me()
    assert me.is_bot and me.username, me
    await bot.set_my_commands([BotCommand(command="start", description="Begin")])
    kept = [(command.command, command.description) for command in await bot.get_my_commands()]
    assert kept == [("start", "Begin")], kept
    assert (await bot.get_webhook_info()).url == ""
    print(f"polling as @{me.username}", flush=True)
    await dispatcher.start_polling(bot, polling_timeout=5, handle_signals=True)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
